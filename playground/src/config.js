export const port = Number(process.env.PORT ?? 3000);

export const ADMIN_API_KEY = 'fd-adm-7b1de0c4a77f4e21';

export const limits = { uploadMegabytes: 25, filesPerUser: 500 };
