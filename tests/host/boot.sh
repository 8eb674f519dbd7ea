#!/bin/sh
# Boots a machine, again whenever it wants to, and stays until it is off:
#   boot.sh NAME DIRECTORY LOWERDIRS PYTHON [nspawn's options…]
# Where PYTHON is not empty the machine has a way out: tests/host/gate.py.
# Runs as process 1 of a mount and a process namespace of its own, so that every mount and every process of the machine
# goes when it goes, however it goes.
set -eu
name=$1 directory=$2 lower=$3 python=$4
shift 4
root=$directory/root

# A cgroup of the machine's own in every hierarchy, which is the root to what boots inside: limits are real.
own_cgroups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # there is one hierarchy for all
        echo "/sys/fs/cgroup/flowhq-$name"
    else
        for hierarchy in /sys/fs/cgroup/*/; do
            echo "${hierarchy}flowhq-$name"
        done
    fi
}

make_cgroups() {
    mkdir $(own_cgroups)
    [ ! -e /sys/fs/cgroup/cgroup.controllers ] || return 0
    mount -t tmpfs -o mode=755 tmpfs "$directory/cgroup"
    for own in $(own_cgroups); do
        hierarchy=$(basename "$(dirname "$own")")
        if [ "$hierarchy" = cpuset ]; then
            cat /sys/fs/cgroup/cpuset/cpuset.cpus >"$own/cpuset.cpus"
            cat /sys/fs/cgroup/cpuset/cpuset.mems >"$own/cpuset.mems"
        fi
        if [ "$hierarchy" != unified ]; then # nspawn mounts that one itself
            mkdir "$directory/cgroup/$hierarchy"
            mount --bind "$own" "$directory/cgroup/$hierarchy"
        fi
    done
}

remove_cgroups() {
    [ -e /sys/fs/cgroup/cgroup.controllers ] || umount --recursive "$directory/cgroup"
    find $(own_cgroups) -depth -type d -exec rmdir {} \;
}

# Time zone: a bind mount there breaks the installation of tzdata. bpf(): without it IPAddressDeny= is silently ignored.
boot() (
    for own in $(own_cgroups); do
        echo 0 >"$own/cgroup.procs"
    done
    [ -e /sys/fs/cgroup/cgroup.controllers ] || set -- "--bind=$directory/cgroup:/sys/fs/cgroup" "$@"
    exec systemd-nspawn --quiet --directory="$root" --machine="$name" --boot --register=no --keep-unit --console=pipe \
        --timezone=off --resolv-conf=off --link-journal=no --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN \
        --system-call-filter=bpf "$@" </dev/null
)

# nspawn keeps notes of every machine, and leaves them there.
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$directory/upper,workdir=$directory/work" "$root"
echo "$name" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost\n' "$name" >"$root/etc/hosts"
[ -z "$python" ] || "$python" -m tests.host.gate &
status=133
while [ $status = 133 ]; do # what nspawn says when the machine wants to boot again
    make_cgroups
    status=0
    boot "$@" || status=$?
    remove_cgroups
done
exit $status
