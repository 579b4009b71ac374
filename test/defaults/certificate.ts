import { generateKeyPairSync, sign } from 'node:crypto';

/** A fresh key and a certificate that nobody vouches for, as PEM. */
export interface OwnCertificate {
  readonly key: string;
  readonly cert: string;
}
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** Makes a self-signed certificate (X.509 version 1, EC P-256) for a host name; no file and no tool is needed. */
export function ownCertificate(host: string): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = node(0x30, node(0x31, node(0x30, COMMON_NAME, node(0x0c, Buffer.from(host)))));
  const validity = node(0x30, node(0x17, Buffer.from('200101000000Z')), node(0x17, Buffer.from('491231235959Z')));
  const body = node(0x30, node(0x02, Buffer.from([1])), ECDSA_SHA256, name, validity, name, publicKey.export({ type: 'spki', format: 'der' }));
  const signature = node(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const text = node(0x30, body, ECDSA_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n` };
}
/** One piece of DER: tag, length, content. */
function node(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
