#!/bin/sh
# Makes the lists of withdrawn certificates of this folder with OpenSSL 3, each with the certificate that signed it.
# Serials 1000 and 1002 are withdrawn, 1002 on hold. Run in this folder. Keys are random and thrown away.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

list() { # name, digest, options of ca, "--", key options…
	name=$1 md=$2
	shift 2
	sig=
	while [ "$1" != -- ]; do sig="$sig $1"; shift; done
	shift
	mkdir "$tmp/$name"
	openssl genpkey -quiet "$@" -out "$tmp/$name/key"
	openssl req -new -x509 -key "$tmp/$name/key" "-$md" -days 7300 -subj "/C=UT/O=SPECIMEN/CN=$name" -outform PEM -out "$tmp/$name/pem" \
		-addext 'keyUsage=critical,keyCertSign,cRLSign'
	openssl x509 -in "$tmp/$name/pem" -outform DER -out "$name.crt"
	printf 'R\t400101000000Z\t260101000000Z,keyCompromise\t1000\tunknown\t/CN=a\nR\t400101000000Z\t260101000000Z,certificateHold\t1002\tunknown\t/CN=b\nV\t400101000000Z\t\t1001\tunknown\t/CN=c\n' > "$tmp/$name/index"
	echo 07 > "$tmp/$name/number"
	cat > "$tmp/$name/conf" <<END
[ca]
default_ca=x
[x]
database=$tmp/$name/index
crlnumber=$tmp/$name/number
crl_extensions=e
[e]
authorityKeyIdentifier=keyid
END
	# shellcheck disable=SC2086
	openssl ca -gencrl -config "$tmp/$name/conf" -keyfile "$tmp/$name/key" -cert "$tmp/$name/pem" -md "$md" \
		-crl_lastupdate 20260101000000Z -crl_nextupdate 20400101000000Z $sig -out "$tmp/$name/crl"
	openssl crl -in "$tmp/$name/crl" -outform DER -out "$name.crl"
}

list brainpoolP256r1 sha256 -- -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -pkeyopt ec_param_enc:named_curve
list brainpoolP384r1-explicit sha384 -- -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1 -pkeyopt ec_param_enc:explicit
list secp521r1 sha512 -- -algorithm EC -pkeyopt ec_paramgen_curve:secp521r1 -pkeyopt ec_param_enc:named_curve
list prime256v1-explicit sha256 -- -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -pkeyopt ec_param_enc:explicit
list rsa sha256 -- -algorithm RSA -pkeyopt rsa_keygen_bits:2048
list rsa-sha1 sha1 -- -algorithm RSA -pkeyopt rsa_keygen_bits:2048
list rsa-pss sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -- -algorithm RSA -pkeyopt rsa_keygen_bits:2048
list rsa-pss-key sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -- -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
	-pkeyopt rsa_pss_keygen_md:sha512 -pkeyopt rsa_pss_keygen_mgf1_md:sha512 -pkeyopt rsa_pss_keygen_saltlen:64
