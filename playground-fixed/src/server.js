import { createApp } from './app.js';
import { port } from './config.js';

createApp().listen(port, () => {
  console.log(`filedrop listens on ${port}`);
});
