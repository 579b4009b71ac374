import { randomUUID } from 'node:crypto';

const files = new Map();
const users = new Map();
const sessions = new Map();

export const store = {
  saveFile(owner, name, size) {
    const file = { id: randomUUID(), owner, name, size };
    files.set(file.id, file);
    return file;
  },
  replaceFile(id, name, size) {
    const file = { ...files.get(id), id, name, size };
    files.set(id, file);
    return file;
  },
  filesOf(owner) {
    return [...files.values()].filter((file) => file.owner === owner);
  },
  findUser(id) {
    return users.get(id);
  },
  removeUser(id) {
    return users.delete(id);
  },
  userOfSession(token) {
    return users.get(sessions.get(token));
  },
};
