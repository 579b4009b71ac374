import type { Example } from '../rule.js';

/** Security rules of Firebase, for `config/serverless-cors`. */
export const firebaseExamples: readonly Example[] = [
  {
    title: 'stores of Firebase that everybody writes to',
    bad: `
      #- firestore.rules
      rules_version = '2';
      service cloud.firestore {
        match /databases/{database}/documents {
          match /rooms/{room}/messages/{message} {
            allow read, write: if true;
      #                           ^^^^ config/serverless-cors "Everybody may read and write '/rooms/{room}/messages/{message}' without a login"
          }
        }
      }
      #- storage.rules
      service firebase.storage {
        match /b/{bucket}/o {
          match /{allPaths=**} {
            allow read;
      #           ^^^^ config/serverless-cors "Everybody may read the whole store"
            allow write: if request.time < timestamp.date(2035, 1, 1);
      #                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ config/serverless-cors "write the whole store until 2035-01-01"
          }
        }
      }
      #- database.rules.json
      { "rules": { "typing": { ".read": true, ".write": true } } }
                                        ^^^^ config/serverless-cors "Everybody may read '/typing'"
                                                        ^^^^ config/serverless-cors "Everybody may write '/typing'"
    `,
  },
  {
    title: 'rules of Firebase that ask who it is, and what is there for everybody to read',
    good: `
      #- firestore.rules
      service cloud.firestore {
        match /databases/{database}/documents {
          function isOwner(uid) { return request.auth.uid == uid; }
          // allow write: if true;
          match /users/{uid} { allow read, write: if isOwner(uid) }
          match /news/{id} {
            allow read: if true;
            allow write: if false;
            allow create: if request.auth != null;
          }
          match /old/{id} { allow write: if request.time < timestamp.date(1969, 1, 1); }
        }
      }
      #- database.rules.json
      { "rules": { ".read": "auth != null", "news": { ".read": true, ".write": false } } }
    `,
  },
];
