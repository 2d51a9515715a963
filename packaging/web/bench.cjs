// The comparable work with the parts of @mosip/pixelpass, node's crypto, qrcode and pdf-lib: a Claim 169 CWT signed with ES256, packed and
// put into a QR code; an A5 page with a CJK font subset, the lines of a voucher and that code as one path. Prints one line
// a step: name, median in ms over RUNS runs. Usage: node bench.cjs FONT.ttf [RUNS]
const { encode } = require("base45-web"), { deflate } = require("pako"), cbor = require("cbor-web"), QRCode = require("qrcode"), { PDFDocument, rgb } = require("pdf-lib");
const crypto = require("crypto"), fs = require("fs");
const runs = Number(process.argv[3] || 20), font = fs.readFileSync(process.argv[2]);
let fontkit = null; try { fontkit = require("@pdf-lib/fontkit") } catch { }
const { privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const identity = new Map([[3, "zho"], [4, "样本甲"], [8, "19491231"], [9, 2], [13, "CHN"], [19, "YANGBEN JIA SPECIMEN"], [20, "eng"], [62, new Map([[0, crypto.randomBytes(400)], [1, 0], [2, 4]])]]);
const claims = new Map([[1, "urn:bangban:training:0123456789abcdef"], [3, "demo-bank"], [4, 1795770000], [5, 1795683600], [6, 1795683600], [7, crypto.randomBytes(16)], [169, cbor.encode(identity)], [-70002, crypto.randomBytes(181)]]);
function sign() {
  const head = cbor.encode(new Map([[1, -7], [4, crypto.randomBytes(8)]])), payload = cbor.encode(claims);
  const sig = crypto.sign("sha256", cbor.encode(["Signature1", head, Buffer.alloc(0), payload]), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return cbor.encode(new cbor.Tagged(61, new cbor.Tagged(18, [head, new Map(), payload, sig])));
}
const code = text => QRCode.create([{ data: text, mode: "alphanumeric" }], { errorCorrectionLevel: "M" });
async function page(q) {
  const doc = await PDFDocument.create(); let f;
  if (fontkit) { doc.registerFontkit(fontkit); f = await doc.embedFont(font, { subset: true }) } else f = await doc.embedFont("Helvetica");
  const p = doc.addPage([419.5, 595.3]), lines = fontkit ? ["身份凭证", "样本甲 SPECIMEN", "提取住房公积金", "演示银行", "有效期到 2026年12月22日"] : ["e-ID voucher", "SPECIMEN", "housing fund", "demo bank", "2026-12-22"];
  lines.forEach((l, i) => p.drawText(l, { x: 28, y: 540 - 40 * i, size: 20, font: f }));
  const m = 1.44, n = q.modules.size; let path = "";
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (q.modules.data[y * n + x]) path += `M${x * m} ${y * m}h${m}v${m}h${-m}z`;
  p.drawSvgPath(path, { x: 28, y: 230, color: rgb(0, 0, 0) });
  return doc.save();
}
(async () => {
  const step = async (name, f) => { const t = []; let out; for (let i = 0; i < runs; i++) { const a = process.hrtime.bigint(); out = await f(); t.push(Number(process.hrtime.bigint() - a) / 1e6) } t.sort((a, b) => a - b); console.log(`${name}\t${t[runs >> 1].toFixed(2)} ms`); return out };
  // generateQRData takes text only; the bytes of a CWT go through what it is made of.
  const q = await step("node sign+encode+QR (pixelpass's base45-web and pako, qrcode)", () => code(encode(Buffer.from(deflate(sign())))));
  await step(`node sheet to PDF (pdf-lib${fontkit ? ", CJK subset" : ", no CJK font"})`, () => page(q));
})().catch(e => { console.error(e); process.exit(1) });
