import cookieParser from 'cookie-parser';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';

const app = express();
app.use(helmet());
app.use(cookieParser());
app.use(cors({ origin: true, credentials: true }));

app.get('/api/prices', (_request, response) => {
  response.json([{ name: 'apple', cents: 40 }]);
});

app.listen(3000);
