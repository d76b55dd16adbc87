/** What happens in the guest, section by section; `module.test.ts` says what each must show. Names of shell functions: `module-guest.ts`. */
export const script = `
section before
looks trap

section yama
for scope in 0 1 2 3; do
  echo $scope >/proc/sys/kernel/yama/ptrace_scope
  echo "$scope user" $(below free setpriv --reuid=1000 --clear-groups tracer --behind /lib/port.spec -- ask version)
  echo "$scope root" $(below free tracer --behind /lib/port.spec -- ask version)
done

section sensor
insmod /lib/utsusemi.ko; echo "status $?"
looks trap/inner
cat $CONTROL/events
ls -l $CONTROL | awk '{ print $1, $NF }'

section under
settings <<END
cgroup $(group trap)
uid 1000
product workstation
hypervisor add
dmi sys_vendor VMware, Inc.
dmi product_name VMware Virtual Platform
dmi product_serial VMware-56 4d 5c 1a
dmi modalias dmi:bvnPhoenix:svnVMware,Inc.:
END
cat $CONTROL/control
looks trap/inner

section outside
looks free

section paths
printf 'cgroup-path /trap/inner\ndmi sys_vendor VMware, Inc.\n' >$CONTROL/control
cat $CONTROL/control | head -1
for group in trap/inner trap/inner/deep trap free trap/innermost inner; do
  mkdir -p /sys/fs/cgroup/$group
  echo "$group $(below $group cat /sys/class/dmi/id/sys_vendor)"
done
rmdir /sys/fs/cgroup/trap/inner/deep /sys/fs/cgroup/trap/inner
mkdir /sys/fs/cgroup/trap/inner
echo "again $(below trap/inner cat /sys/class/dmi/id/sys_vendor) $(below trap/inner ask version)"
for path in / trap /trap/ "/$(yes x | head -255 | tr -d '\n')"; do printf 'cgroup-path %s\n' "$path" >$CONTROL/control 2>/dev/null && echo taken; done
cat /tmp/settings >$CONTROL/control

section carried
seen() { below $1 ask version; below $1 systemd-detect-virt; below $1 grep -c ' hypervisor' /proc/cpuinfo; below $1 cat /sys/class/dmi/id/sys_vendor; }
in=trap.slice/trap-inner.slice/trap.service
out=trap.slice/trap-inner.slice/other.service
for scope in service slice user host; do
  cat /lib/carried/$scope >$CONTROL/control && echo "taken $scope"
  mkdir -p /sys/fs/cgroup/$in /sys/fs/cgroup/$out /sys/fs/cgroup/user.slice/user-1000.slice
  echo in $(seen $in)
  echo beside $(seen $out)
  echo user $(seen user.slice/user-1000.slice)
  echo uid $(below free setpriv --reuid=1000 --clear-groups cat /sys/class/dmi/id/sys_vendor)
  echo out $(seen free)
done
cat /tmp/settings >$CONTROL/control

section user
below free setpriv --reuid=1000 --clear-groups ask version
below free setpriv --reuid=1000 --clear-groups grep . /sys/class/dmi/id/product_serial
below free setpriv --reuid=1001 --clear-groups ask version

section commands
cat $CONTROL/events >/dev/null
before=$(date +%s)
below trap ask command=10 command=17 command=20 command=1 command=45 command=23 command=46 command=68 command=30 command=55 command=99
echo "time $before $(date +%s)"

section forms
below trap ask protected word rex edge byte bare repeated
below free ask protected word rex edge byte bare repeated

section events
cat $CONTROL/events
cat $CONTROL/events
echo "group $(group trap)"

section cpuid
below trap ask cpuid=1 cpuid=0x40000000 cpuid=0x40000001 cpuid=0x40000010 cpuid=0
below free ask cpuid=1 cpuid=0x40000000 cpuid=0

section ports
below trap ask ioperm=5658,4,1 version byte fork version ioperm=5658,4,0 byte version
below free ask ioperm=5658,4,1 version byte bare
below trap ask ioperm=80,1,1 byte
grep bitmaps $CONTROL/status

section watch
printf 'port watch\\ncgroup %s\\n' $(group trap) >$CONTROL/control
below trap ask version

section flag
printf 'hypervisor remove\\ncgroup %s\\n' $(group trap) >$CONTROL/control
below trap grep -c ' hypervisor' /proc/cpuinfo

section host
printf 'host\ndmi sys_vendor VMware, Inc.\n' >$CONTROL/control
below free ask version
cat /sys/class/dmi/id/sys_vendor
read -r vendor </sys/class/dmi/id/sys_vendor; echo "process $$ $vendor"

section refused
printf 'hypervisor remove\ncgroup %s\n' $(group trap) >$CONTROL/control
printf 'uid 5\\nbogus 1\\n' >$CONTROL/control && echo taken
printf 'uid 5\\n\\0uid 6\\n' >$CONTROL/control && echo taken
yes '' | head -c 20000 >/tmp/long
dd if=/tmp/long bs=20000 of=$CONTROL/control 2>/dev/null && echo taken
for round in 1 2 3 4 5 6 7 8 9 10; do dd if=/dev/urandom bs=300 count=1 of=$CONTROL/control 2>/dev/null && echo taken; done
printf 'uid 5\\nbogus 1\\n' >$CONTROL/control && echo taken
grep refused $CONTROL/status
cat $CONTROL/control

section open
: >/tmp/open
below free ask ioperm=5658,4,1 say=out version wait=/tmp/in say=in version wait=/tmp/gone say=gone version >/tmp/open &
answered() { until [ "$(grep -c version /tmp/open)" = $1 ]; do sleep 0.1; done; }
answered 1
printf 'cgroup %s\\n' $(group free) >$CONTROL/control
grep bitmaps $CONTROL/status
touch /tmp/in
answered 2
rmmod utsusemi; echo "status $?"
touch /tmp/gone
wait
cat /tmp/open

section after
looks trap

section iopl
insmod /lib/utsusemi.ko iopl=1 cpuid=1 cgroups=$(group trap) uids=1000,1001; echo "status $?"
grep -E 'part|hook' $CONTROL/status
cat $CONTROL/control
below trap ask iopl=3 version byte
below free ask say=free iopl=3 version byte word bare
below free ask say=elsewhere ioperm=80,1,1 byte

section loop
grep Slab: /proc/meminfo
below trap ask times=10000 & below trap ask times=10000 & below free ask times=1000 &
wait
grep Slab: /proc/meminfo
grep -E 'hook|events' $CONTROL/status
cat $CONTROL/events | wc -l
rmmod utsusemi; echo "status $?"

section churn
below trap ask times=20000 >/dev/null & below free ask times=5000 & below trap ask iopl=3 times=10000 >/dev/null &
for round in 1 2 3 4; do
  insmod /lib/utsusemi.ko iopl=1 cgroups=$(group trap) && grep -c . /sys/class/dmi/id/sys_vendor
  rmmod utsusemi || echo stays
done
wait
below trap ask iopl=3 version

section parts
insmod /lib/nodmi.ko; echo "status $?"
grep 'part dmi' $CONTROL/status
printf 'host\ndmi sys_vendor VMware, Inc.\n' >$CONTROL/control
cat /sys/class/dmi/id/sys_vendor
rmmod utsusemi
insmod /lib/noport.ko; echo "status $?"
insmod /lib/utsusemi.ko uids=many; echo "status $?"
lsmod
`;

export const lockedScript = `
section locked
cat /sys/kernel/security/lockdown
insmod /lib/utsusemi.ko; echo "status $?"
below trap ask version
`;
