#!/bin/sh
# Installs the servers that test/servers runs against (Debian 12). Does nothing where all of them are there already.
set -eu

programs='setpriv Xtigervnc tigervncpasswd Xtightvnc x11vnc Xvfb qemu-system-x86_64 busybox websockify xsel xterm chromium xtigervncviewer
  setxkbmap loadkeys grub-mkimage virsh nc socat
  gvnccapture'
packages='util-linux tigervnc-standalone-server tigervnc-tools tightvncserver x11vnc xvfb xfonts-base xsel xterm
  qemu-system-x86 busybox-static linux-image-cloud-amd64 websockify chromium
  tigervnc-viewer x11-xkb-utils kbd console-data libvirt-clients openssh-server netcat-openbsd socat grub-pc-bin
  gvncviewer libsasl2-modules sasl2-bin fonts-dejavu-core'

missing=''
for program in $programs; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -x /usr/sbin/sshd ] || missing="$missing sshd"
[ -e /usr/share/fonts/X11/misc/fonts.dir ] || missing="$missing fonts"
[ -d /usr/share/keymaps/i386 ] || missing="$missing keymaps"
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf ] || missing="$missing DejaVu"
[ -e /usr/lib/grub/i386-pc/boot.img ] || missing="$missing grub"
ls /boot/vmlinuz-*-cloud-amd64 >/dev/null 2>&1 || missing="$missing kernel"

[ -x /usr/sbin/saslpasswd2 ] || missing="$missing saslpasswd2"

sudo=''
[ "$(id -u)" -eq 0 ] || sudo=sudo

# A user for Xtigervnc's Plain, who needs no account: me, with the password geheim. Nothing else asks for this service.
if [ ! -e /etc/pam.d/rfbctl-test ]; then
  $sudo tee /etc/pam.d/rfbctl-test >/dev/null <<'PAM'
auth     requisite pam_succeed_if.so quiet user = me
auth     required  pam_exec.so expose_authtok quiet /bin/grep -qxz geheim
account  required  pam_permit.so
PAM
fi

if [ -z "$missing" ]; then
  echo 'test servers: all installed'
  exit 0
fi
echo "test servers: installing for$missing"

$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
