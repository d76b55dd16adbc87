#!/bin/bash
# Runs inside a mount, process and network namespace of its own: ROOT is laid under a tmpfs, JOB is a folder with `commands` (each ended by a NUL),
# `fixture.sh` (makes the fixture in the working directory) and `etc/`. Answers: JOB/out/N.out, N.err, N.status.
set -eu
root=$1 job=$2
scratch=$job/scratch
mkdir -p "$scratch"
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch"/{upper,work,merged,pristine}
mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/merged"
new=$scratch/merged
mount -t proc proc "$new/proc"
mount --rbind /dev "$new/dev"
# On the disk, not in memory: sizes of directories are the file system's.
mkdir "$job/tmp"
chmod 1777 "$job/tmp"
mount --bind "$job/tmp" "$new/tmp"
mkdir "$new/job"
mount --bind "$job" "$new/job"
cp -r "$job"/etc/. "$new/etc/"
hostname -F "$job/etc/hostname"
ip link set lo up 2>/dev/null || true
exec chroot "$new" /bin/bash /job/batch.sh
