package station

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_LOONGARCH64
