#!/bin/sh
# Makes the certificates and messages of this folder with OpenSSL 3: an implementation that shares no line with ours.
# Run in this folder. Keys are random and thrown away, so every run makes other files.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
printf 'SPECIMEN content\n' > "$tmp/content"
days='-days 7300'

certificate() { # name, digest, key options…
	name=$1 md=$2
	shift 2
	openssl genpkey -quiet "$@" -out "$tmp/$name.key"
	openssl req -new -x509 -key "$tmp/$name.key" "-$md" $days -subj "/C=UT/O=SPECIMEN/CN=$name" -outform DER -out "$name.crt" \
		-addext 'keyUsage=critical,digitalSignature,keyCertSign'
	openssl x509 -inform DER -in "$name.crt" -out "$tmp/$name.pem"
}

message() { # file, certificate name, options of cms -sign…
	file=$1 name=$2
	shift 2
	openssl cms -sign -binary -nodetach -in "$tmp/content" -signer "$tmp/$name.pem" -inkey "$tmp/$name.key" \
		-outform DER -out "$file.cms" -nosmimecap "$@"
}

for c in prime192v1 secp224r1 prime256v1 secp384r1 secp521r1 \
	brainpoolP160r1 brainpoolP192r1 brainpoolP224r1 brainpoolP256r1 brainpoolP320r1 brainpoolP384r1 brainpoolP512r1 \
	brainpoolP160t1 brainpoolP192t1 brainpoolP224t1 brainpoolP256t1 brainpoolP320t1 brainpoolP384t1 brainpoolP512t1; do
	certificate "$c" sha256 -algorithm EC -pkeyopt "ec_paramgen_curve:$c" -pkeyopt ec_param_enc:named_curve
	certificate "$c-explicit" sha384 -algorithm EC -pkeyopt "ec_paramgen_curve:$c" -pkeyopt ec_param_enc:explicit
done
certificate rsa sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa-sha1 sha1 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
certificate rsa-pss sha256 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
certificate rsa-pss-sha512 sha512 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha512 \
	-pkeyopt rsa_pss_keygen_mgf1_md:sha512 -pkeyopt rsa_pss_keygen_saltlen:64

for md in sha1 sha224 sha256 sha384 sha512; do message "rsa-$md" rsa -md $md; done
message rsa-keyid rsa -md sha256 -keyid
message rsa-pss rsa -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32
message rsa-pss-key rsa-pss-sha512 -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:64
message rsa-pss-misused rsa-pss-sha512 -md sha512 # OpenSSL writes PKCS #1 here and refuses it afterwards
message ec-brainpool brainpoolP384r1-explicit -md sha384
message ec-p192 prime192v1 -md sha256
message rsa-noattr rsa -md sha256 -noattr
message rsa-nocerts rsa -md sha256 -nocerts
openssl cms -sign -binary -in "$tmp/content" -signer "$tmp/rsa.pem" -inkey "$tmp/rsa.key" -outform DER -out rsa-detached.cms -md sha256
message two-signers rsa -md sha256 -signer "$tmp/prime256v1.pem" -inkey "$tmp/prime256v1.key"
