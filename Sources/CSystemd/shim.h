// The same features as in CLinux: the two modules share the C library's types.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <systemd/sd-daemon.h>
