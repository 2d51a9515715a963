// Package provider judges codes that only their platform can read: CTID 网证 and the national network identity (网号, 网证;
// 国家网络身份认证公共服务管理办法). Such a code is opaque, lives for a minute and proves nothing by itself: the platform is asked
// over HTTPS, here and now, and its answer is judged. Where nobody configured a platform there is no such format.
//
// Two public wire shapes exist. Addresses and names of fields differ by platform and contract, so that Config maps them:
//
//	A  POST {url}/validateIdentity/apply/{mode}    {}                          → { bizSerialNum, randNum }
//	   POST {url}/validateIdentity/request/{mode}  { bizSerialNum, authCode }  → { bizSerialNum, outcome … }
//	B  POST {url}/nationalCertification/userInfoCheck
//	        { orgCode, appId, appName, bizSeq, authMode, idCardAuthData [, certPwdData] }  → { bizSeq, outcome … }
//
// Requests carry token and appId as headers and a signature over the body (base64 of SM2 with SM3, DER, or of RSA PKCS #1 with
// SHA-256); the connection may be mutual TLS. Answers are one JSON object of at most 64 KiB; a signature over it is verified
// where the platform's key is configured. Redirects are not followed.
//
// The checks, in order: platform (it was reached, by which name), platform-signature, nonce (the answer is to this question),
// freshness (the platform's time), answer (its outcome). No network, or a platform that fails, is Indeterminate: no-network,
// platform-error. The code is then worthless in a minute: nothing keeps or queues it, and the counter makes a call-back task
// instead (NeedsCallBack).
//
// Claims: "name" and "number" as the platform masks them, "pid" (a pseudonym of this relying party), "platform". "Result only"
// is the default: whoever wants more asks the card.
//
// Simulator stands in for a platform in training. Its results are of the format network-identity-simulated, their checks say
// SIMULATED, and a real station fails them as training papers.
package provider
