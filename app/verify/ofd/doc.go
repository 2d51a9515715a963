// Package ofd judges licence files: OFD documents (GB/T 33190-2016) under an electronic seal (GM/T 0031-2014, version 1
// of its structures; GB/T 38540-2020, version 4; GM/T 0031-2025, version 5) or an SM2 signature without one.
//
//	OFD.xml → Signatures.xml → Signature.xml → References (digest of each file)            GB/T 33190 §18
//	Signature.xml → SignedValue.dat = SES_Signature { TBS_Sign { seal, time, dataHash … }, certificate, signature }
//	dataHash = SM3(Signature.xml); the signature is over TBS_Sign as it stands in the file, never encoded again
//	seal = SESeal { SES_SealInfo { header, properties, picture }, maker's certificate, signature }
//	       the maker signs SES_SealInfo; in version 1 SEQUENCE { SES_SealInfo, certificate, algorithm }
//
// The checks, in order: structure; of each signature: references, signed-value where
// it cannot be read, algorithm, data-hash, signature (key of the
// certificate in the file), issuer (to an SM2 certificate held here), seal-signature, seal-issuer, seal-signer (the seal
// names the certificate, or its digest, of who used it), seal-life, seal-file (Seal.esl is the seal inside); then
// coverage (no file outside every signature), time, status.
//
// Validity of certificates and seals is that of the moment of signing, which is the signer's own word: TBS_Sign's time,
// else SignatureDateTime; the check says it. Where nobody here vouches for a seal or a certificate, its dates are nobody's
// word and Indeterminate. No root list for these seals is public: who signed is mostly unknown-issuer, Indeterminate, and
// whether the file is altered is told all the same.
//
// The list of signatures grows when somebody signs after somebody else: a digest of Signatures.xml that no longer fits is
// a note, list-extended, for every signature but the last.
//
// A certificate that a strict parser refuses gives its key and no more: not-evaluated. Signatures without a seal are a
// SignedData of GM/T 0010 that carries Signature.xml or its SM3, or is detached from it; or r and s alone, without a
// certificate: then the key must be among the anchors. Taken as the field writes them: a signature as r ‖ s, extension
// data without its tag. Digests are SM3, or SHA-256; anything else is not supported, MD5 and
// SHA-1 among it.
//
// Claims come from the metadata of the document (GB/T 36903 names in CustomDatas, and DocInfo), never from its pages:
// "kind" (one of nine, by its name: birth-certificate, household-register, id-card, social-security-card, degree,
// professional-qualification, driving-licence, marriage, divorce, real-estate-title; else other), "title", "issuer",
// "holder", "number", "issued", "valid_from", "valid_until", "seals" (their names), "signed_by" (the
// organisations in the signers' certificates: "issuer" is what the document says of itself).
//
// Bounds: 4,096 files, 64 MB unpacked, 32 MB a file, 4 MB an XML file, 200 times its size; no name twice (in any case of
// letters), none with "..", a backslash or a drive; XML without DOCTYPE or entities, at most 32 deep.
package ofd
