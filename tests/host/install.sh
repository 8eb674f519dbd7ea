#!/bin/sh
# Installs Flow HQ on a machine that has its Python packages in /opt/flowhq already: install.sh DIRECTORY
# In the directory: the wheel, systemd/ and what else tests/host/installed.py put there.
set -eu
cd "$1"

/opt/flowhq/bin/pip install --quiet --no-index --no-deps --force-reinstall --no-cache-dir ./flowhq-*.whl

install -D -m 0644 systemd/flowhq.sysusers /etc/sysusers.d/flowhq.conf
install -D -m 0644 systemd/flowhq.tmpfiles /etc/tmpfiles.d/flowhq.conf
install -D -m 0644 systemd/50-flowhq.rules /etc/polkit-1/rules.d/50-flowhq.rules
install -D -m 0644 systemd/flowhq-dbus.conf /etc/dbus-1/system.d/flowhq.conf
for unit in systemd/*.service systemd/*.socket systemd/*.timer systemd/*.target systemd/*.slice systemd/*.service.d; do
    cp -r "$unit" /etc/systemd/system/
done
systemd-sysusers
systemd-tmpfiles --create /etc/tmpfiles.d/flowhq.conf
# It passes over rules for users that it does not know yet.
systemctl reload dbus

install -d /etc/flowhq
install -m 0644 flowhq.env /etc/flowhq/flowhq.env
install -m 0600 secrets.env /etc/flowhq/secrets.env
install -m 0755 flowhq /usr/local/bin/flowhq
install -m 0644 sandbox.service /etc/systemd/system/

install -m 0640 -o postgres -g postgres pg_hba.conf pg_ident.conf /etc/postgresql/15/main/
systemctl reload postgresql@15-main
runuser -u postgres -- flowhq db bootstrap
flowhq db upgrade

systemctl daemon-reload
systemctl enable --quiet --now sandbox.service flowhq.target
