export const port = Number(process.env.PORT ?? 3000);

export const origins = ['https://app.filedrop.io'];

export const limits = { uploadMegabytes: 25, filesPerUser: 500 };
