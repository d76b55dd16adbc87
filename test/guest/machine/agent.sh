# Runs what a test asks for, one script at a time, and answers on the same serial line: `@ ID STATUS OUTPUT`, gzipped, in base64.
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 3>/dev/ttyS1
export HOME=/root LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /run/guest-agent
echo "@ hello" >&3
# The second disk holds the checkout, at the place that the first line names.
read -r checkout programs
mkdir -p "$checkout"
for disk in /dev/nvme?n1; do mount -t ext4 -o ro "$disk" "$checkout" 2>/dev/null && break; done
export CHECKOUT="$checkout" PATH="$checkout/node_modules/.bin:$checkout/$programs:$PATH"
echo "@ ready" >&3
while read -r id script; do
  echo "$script" | base64 -d >/run/guest-agent/script
  sh /run/guest-agent/script >/run/guest-agent/out 2>&1 </dev/null 3>&-
  status=$?
  echo "@ $id $status $(gzip -1c /run/guest-agent/out | base64 -w0)" >&3
done
