// Issues credentials with three libraries of others, for TestIssuers: @sd-jwt/sd-jwt-vc, @auth0/mdl, @owf/mdoc. People are
// invented. Writes one line of JSON: per issuer the anchors, what is asked, one good presentation and what its own keys can
// spoil (expired, wrong key …). What anybody can spoil, bytes and structure, the test does itself.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto, createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import * as owf from '@owf/mdoc';
const require = createRequire(import.meta.url);
const mdl = require('@auth0/mdl');
const crypto = webcrypto;
x509.cryptoProvider.set(crypto);

const version = n => JSON.parse(readFileSync(new URL(`./node_modules/${n}/package.json`, import.meta.url))).version;
const gen = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const jwk = k => crypto.subtle.exportKey('jwk', k);
const bare = async k => { const { kty, crv, x, y } = await jwk(k); return { kty, crv, x, y }; };
const b64u = b => Buffer.from(b).toString('base64url');
const sha = b => createHash('sha256').update(b).digest();
const day = 86400e3, now = Date.now() - Date.now() % 1000, at = now / 1000;
const d = n => new Date(now - now % day + n * day);

async function authority(name, keys) {
  return x509.X509CertificateGenerator.createSelfSigned({ serialNumber: '01', name, notBefore: d(-100), notAfter: d(900), signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' }, keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true), await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)] });
}
async function signer(name, ca, caKeys, keys, exts = [], from = d(-90), to = d(800)) {
  return x509.X509CertificateGenerator.create({ serialNumber: '02', subject: name, issuer: ca.subject, notBefore: from, notAfter: to, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' }, publicKey: keys.publicKey, signingKey: caKeys.privateKey,
    extensions: [new x509.BasicConstraintsExtension(false), new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey), ...exts] });
}
// took gives what one run takes here, in ms: their own verifier beside ours on the same credential.
async function took(run) {
  for (let i = 0; i < 20; i++) await run();
  const n = 100, start = process.cpuUsage();
  for (let i = 0; i < n; i++) await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / n;
}
const PID = ['C=UT, O=SPECIMEN, CN=SPECIMEN root', 'C=UT, O=SPECIMEN, CN=SPECIMEN issuer'];

async function sdjwt() {
  const caK = await gen(), isK = await gen(), devK = await gen(), otherK = await gen(), rogueK = await gen();
  const root = await authority(PID[0], caK), rogue = await authority(PID[0], rogueK);
  const chain = c => [Buffer.from(c.rawData).toString('base64')];
  const x5c = chain(await signer(PID[1], root, caK, isK));
  const sign = k => async data => b64u(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, k.privateKey, Buffer.from(data)));
  const inst = (k, kb) => new SDJwtVcInstance({ signer: sign(k), signAlg: 'ES256', hasher: x => new Uint8Array(sha(typeof x === 'string' ? x : Buffer.from(x))), hashAlg: 'sha-256',
    saltGenerator: async () => b64u(randomBytes(16)), kbSigner: sign(kb), kbSignAlg: 'ES256', verifier: async () => true });
  const base = async () => ({ iss: 'https://issuer.example', vct: 'urn:eudi:pid:1', iat: at - 5 * 86400, nbf: at - 5 * 86400, exp: at + 300 * 86400, cnf: { jwk: await bare(devK.publicKey) },
    family_name: 'SPECIMEN', given_name: 'AVA', birthdate: '1951-03-25', address: { street_address: '1 SPECIMEN ROAD', locality: 'UTOPIA' }, nationalities: ['UT', 'XX'], age: { over_18: true, over_65: true } });
  const frame = { _sd: ['family_name', 'given_name', 'birthdate', 'address'], address: { _sd: ['street_address', 'locality'] }, nationalities: { _sd: [0, 1] }, age: { _sd: ['over_18', 'over_65'] } };
  const show = { family_name: true, given_name: true, address: { locality: true }, nationalities: { 0: true }, age: { over_65: true } };
  async function make({ key = isK, kb = devK, header = { x5c }, edit, bind = {}, plain } = {}) {
    const p = await base(); if (edit) edit(p);
    const i = inst(key, kb), c = await i.issue(p, frame, { header });
    return Buffer.from(await i.present(c, show, plain ? undefined : { kb: { payload: { iat: at - 30, aud: 'demo-bank', nonce: 'nonce-17', ...bind } } })).toString('base64');
  }
  const check = k => async (data, sig) => crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, k.publicKey, Buffer.from(sig, 'base64url'), Buffer.from(data));
  const judge = new SDJwtVcInstance({ hasher: x => new Uint8Array(sha(typeof x === 'string' ? x : Buffer.from(x))), hashAlg: 'sha-256', verifier: check(isK), kbVerifier: check(devK) });
  const good = await make(), text = Buffer.from(good, 'base64').toString();
  const ms = await took(() => judge.verify(text, { keyBindingNonce: 'nonce-17' }));
  const old = await signer(PID[1], root, caK, isK, [], d(-90), d(-10)), alien = await signer(PID[1], rogue, rogueK, isK);
  return { by: '@sd-jwt/sd-jwt-vc ' + version('@sd-jwt/sd-jwt-vc'), format: 'sd-jwt-vc', root: root.toString('pem'), aud: 'demo-bank', nonce: 'nonce-17', good, ms, other: await make(),
    bad: [
      ['wrong issuer key', 'signature', 'wrong-signature', await make({ key: otherK })],
      ['wrong holder key', 'holder-signature', 'wrong-signature', await make({ kb: otherK })],
      ['expired', 'time', 'expired', await make({ edit: p => { p.exp = at - 3600; } })],
      ['not yet valid', 'time', 'not-yet-valid', await make({ edit: p => { p.nbf = at + 86400; } })],
      ['issued in the future', 'time', 'not-yet-valid', await make({ edit: p => { p.iat = at + 86400; } })],
      ['wrong audience', 'audience', 'wrong-audience', await make({ bind: { aud: 'demo-hotel' } })],
      ['replayed nonce', 'nonce', 'wrong-nonce', await make({ bind: { nonce: 'nonce-16' } })],
      ['key binding of yesterday', 'freshness', 'not-fresh', await make({ bind: { iat: at - 86400 } })],
      ['key binding of tomorrow', 'freshness', 'not-yet-valid', await make({ bind: { iat: at + 86400 } })],
      ['no key binding', 'key-binding', 'no-key-binding', await make({ plain: true })],
      ['wrong typ', 'type', 'wrong-type', await make({ header: { x5c, typ: 'JWT' } })],
      ['signer expired', 'issuer', 'expired', await make({ header: { x5c: chain(old) } })],
      ['authority of the same name', 'issuer', ['wrong-signature', 'unknown-issuer'], await make({ header: { x5c: chain(alien) } })],
    ] };
}

const cbor = require('cbor-x');
const handover = nonce => cbor.encode([null, null, ['OpenID4VPHandover', sha(cbor.encode(['x509_san_dns:hall.example', nonce, null, 'https://hall.example/response']))]]);
const item = b => Buffer.concat([Buffer.from(b.length < 24 ? [0xd8, 24, 0x40 | b.length] : b.length < 256 ? [0xd8, 24, 0x58, b.length] : [0xd8, 24, 0x59, b.length >> 8, b.length & 255]), b]);
const TYPE = 'org.iso.18013.5.1.mDL', SPACE = 'org.iso.18013.5.1';
const PERSON = { family_name: 'SPECIMEN', given_name: 'AVA', document_number: 'SP-000-17', age_over_65: true, nationality: 'UT' };
const SHOWN = ['family_name', 'given_name', 'age_over_65'];

// auth0 and openWallet give functions issue({keys, cert, from, until}) and answer(issued, device key).
async function mdoc(by, issue, answer) {
  const caK = await gen(), dsK = await gen(), devK = await gen(), otherK = await gen(), rogueK = await gen();
  const eku = new x509.ExtendedKeyUsageExtension(['1.0.18013.5.1.2'], true);
  const iaca = await authority(PID[0], caK), rogue = await authority(PID[0], rogueK);
  const ds = await signer(PID[1], iaca, caK, dsK, [eku]), plain = await signer(PID[1], iaca, caK, dsK), alien = await signer(PID[1], rogue, rogueK, dsK, [eku]), old = await signer(PID[1], iaca, caK, dsK, [eku], d(-90), d(-10));
  const make = async ({ key = dsK, cert = ds, from = d(-10), until = d(300), dev = devK } = {}) =>
    Buffer.from(await answer(await issue({ key: await jwk(key.privateKey), cert, from, until, device: await bare(devK.publicKey) }), await jwk(dev.privateKey))).toString('base64');
  const good = await make(), judge = new mdl.Verifier([iaca.toString('pem')]);
  const ms = by.startsWith('@auth0') ? await took(() => judge.verify(Buffer.from(good, 'base64'), { encodedSessionTranscript: item(handover('nonce-17')) })) : 0;
  return { by, format: 'mdoc', root: iaca.toString('pem'), transcript: handover('nonce-17').toString('base64'), good, ms, other: await make(),
    bad: [
      ['wrong issuer key', 'signature', 'wrong-signature', await make({ key: otherK })],
      ['wrong device key', 'device-signature', 'wrong-signature', await make({ dev: otherK })],
      ['expired', 'time', 'expired', await make({ until: d(-1) })],
      ['not yet valid', 'time', 'not-yet-valid', await make({ from: d(2) })],
      ['signer without the usage', 'issuer', 'wrong-key-usage', await make({ cert: plain })],
      ['signer expired', 'issuer', 'expired', await make({ cert: old })],
      ['authority of the same name', 'issuer', ['wrong-signature', 'unknown-issuer'], await make({ cert: alien })],
    ] };
}

const definition = { id: 'd', input_descriptors: [{ id: TYPE, format: { mso_mdoc: { alg: ['ES256'] } }, constraints: { limit_disclosure: 'required', fields: SHOWN.map(n => ({ path: [`$['${SPACE}']['${n}']`], intent_to_retain: false })) } }] };
const auth0 = () => mdoc('@auth0/mdl ' + version('@auth0/mdl'), async ({ key, cert, from, until, device }) => {
  const doc = await new mdl.Document(TYPE).addIssuerNameSpace(SPACE, PERSON).useDigestAlgorithm('SHA-256').addValidityInfo({ signed: d(-10), validFrom: from, validUntil: until })
    .addDeviceKeyInfo({ deviceKey: device }).sign({ issuerPrivateKey: key, issuerCertificate: cert.toString('pem'), alg: 'ES256', kid: 'signer-1' });
  return new mdl.MDoc([doc]);
}, async (issued, key) => (await mdl.DeviceResponse.from(issued).usingPresentationDefinition(definition).usingSessionTranscriptBytes(item(handover('nonce-17'))).authenticateWithSignature({ ...key, kid: 'text-kid' }, 'ES256').sign()).encode());

const raw = key => crypto.subtle.importKey('jwk', (({ kty, crv, x, y, d }) => ({ kty, crv, x, y, d }))(key.jwk), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const context = { crypto: { random: n => new Uint8Array(randomBytes(n)), digest: ({ bytes }) => new Uint8Array(sha(bytes)), calculateEphemeralMacKey: () => { throw new Error('not used'); } },
  cose: { sign1: { sign: async ({ toBeSigned, key }) => new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, await raw(key), toBeSigned)), verify: () => true }, mac0: { sign: () => { throw new Error('not used'); }, verify: () => true } },
  x509: { getIssuerNameField: () => ['UT'], getPublicKey: () => { throw new Error('not used'); }, verifyCertificateChain: () => {}, getCertificateData: () => ({}) } };
const openWallet = () => mdoc('@owf/mdoc ' + version('@owf/mdoc'), ({ key, cert, from, until, device }) =>
  new owf.Issuer(TYPE, context).addIssuerNamespace(SPACE, PERSON).sign({ signingKey: owf.CoseKey.fromJwk(key), algorithm: owf.SignatureAlgorithm.ES256, digestAlgorithm: 'SHA-256', validityInfo: { signed: d(-10), validFrom: from, validUntil: until },
    deviceKeyInfo: { deviceKey: owf.DeviceKey.fromJwk(device) }, certificates: [new Uint8Array(cert.rawData)] }),
async (issued, key) => {
  const request = owf.DeviceRequest.create({ docRequests: [owf.DocRequest.create({ itemsRequest: owf.ItemsRequest.create({ docType: TYPE, namespaces: { [SPACE]: Object.fromEntries(SHOWN.map(n => [n, false])) } }) })] });
  const transcript = await owf.SessionTranscript.forOid4Vp({ clientId: 'x509_san_dns:hall.example', responseUri: 'https://hall.example/response', nonce: 'nonce-17' }, context);
  return (await owf.Holder.createDeviceResponseForDeviceRequest({ deviceRequest: request, sessionTranscript: transcript, issuerSigned: [issued], signature: { signingKey: owf.CoseKey.fromJwk({ ...key, alg: 'ES256' }) } }, context)).encode();
});

console.log(JSON.stringify({ node: process.version, at: new Date(now).toISOString().replace('.000', ''), issuers: [await sdjwt(), await auth0(), await openWallet()] }));
