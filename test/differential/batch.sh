# Runs every command of /job/commands in a fresh working directory.
mkdir -p /pristine/w
(cd /pristine/w && . /job/fixture.sh)
cp -a /root /pristine/root
n=0
while IFS= read -r -d '' command; do
  find /tmp /var/tmp /var/spool/cron/crontabs -mindepth 1 -delete 2>/dev/null
  rm -rf /root
  cp -a /pristine/root /root
  cp -a /pristine/w /tmp/w
  cd /root || exit
  env -i USER=root LOGNAME=root HOME=/root SHELL=/bin/bash MAIL=/var/mail/root \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    timeout --foreground -s KILL 10 bash -c "$command" >/job/out/$n.out 2>/job/out/$n.err </dev/null
  echo $? >/job/out/$n.status
  n=$((n + 1))
done </job/commands
