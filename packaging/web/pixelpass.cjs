// Reads the text of a voucher's QR code with @mosip/pixelpass, which knows nothing of this project, and verifies the
// ES256 signature with ten lines of WebCrypto. stdin: { "text", "x", "y" } (the voucher key as in a JWK).
// stdout: { "fields": { "4": …, … }, "valid": true|false }.
const { decode } = require("@mosip/pixelpass");
const cbor = require("cbor-web");
const bytes = v => Buffer.from(v.type === "Buffer" ? v.data : v); // JSON of a Buffer

// verify: the ten lines.
async function verify([protectedHeader, , payload, signature], x, y) {
  const tbs = cbor.encode(["Signature1", protectedHeader, Buffer.alloc(0), payload]);
  const jwk = { kty: "EC", crv: "P-256", x, y };
  const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, ecdsa, false, ["verify"]);
  return crypto.subtle.verify(ecdsa, key, signature, tbs);
}

(async () => {
  const { text, x, y } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const cwt = JSON.parse(decode(text)); // { tag: 61, value: { tag: 18, value: [ … ] } }
  const parts = cwt.value.value.map((p, i) => (i === 1 ? p : bytes(p)));
  let identity = cbor.decode(parts[2]).get(169);
  if (!(identity instanceof Map)) identity = cbor.decode(identity);
  const fields = {};
  for (const [k, v] of identity) fields[k] = v instanceof Map ? { size: v.get(0).length, format: v.get(1), sub: v.get(2) } : v;
  console.log(JSON.stringify({ fields, valid: await verify(parts, x, y) }));
})().catch(e => { console.error(String(e)); process.exit(1) });
