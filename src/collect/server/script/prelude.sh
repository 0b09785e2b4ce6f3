#!/bin/sh
# capdo: reads what an audit of this host needs, once, and writes it to standard output. It changes nothing, sends
# nothing, keeps no file. What is secret in the files is taken out here, before anything is written: see REDUCE.
# Everything stands in one function, so that a text that was cut on its way does nothing.
main() {
umask 077
set +e +u
unset ENV BASH_ENV CDPATH GREP_OPTIONS POSIXLY_CORRECT
LC_ALL=C LANG=C TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANG TERM PATH
IFS=' 	
'
NL='
'
WATCHER=
# `watch`, in a process group of its own: whoever asked keeps standard input open, and where that ends, because they
# were killed or the connection is lost, everything here ends.
if [ "${1-}" = watch ]; then
  exec 5<&0
  { read -r _ <&5; kill -TERM 0; } >/dev/null 2>&1 &
  WATCHER=$!
  exec 5<&-
fi
exec </dev/null
if [ -z "${UID_:=$(id -u 2>/dev/null)}" ]; then UID_=-; fi
SEEN=$NL

say() { printf '%s\n' "$*"; }

# Tools that not every host has.
if stat -L -c '%f %u %g %s %Y %n' / >/dev/null 2>&1; then
  st() { stat -L -c 's %f %u %g %s %Y %n' "$@" 2>/dev/null; }
else
  st() {
    for f in "$@"; do
      ls -lnd "$f/." 2>/dev/null || ls -lndL "$f" 2>/dev/null || continue
    done | awk '{ n = $0; for (i = 0; i < 8; i++) sub(/^[^ ]+ +/, "", n); sub(/\/\.$/, "", n)
      if (substr($1, 1, 1) ~ /[bc]/) next
      print "s", substr($1, 1, 10), $3, $4, $5, "-", n }'
  }
fi
if timeout --foreground -k 2 1 true 2>/dev/null; then
  within() { timeout --foreground -k 2 "$DEADLINE" "$@"; }
elif timeout -k 2 1 true 2>/dev/null; then
  within() { timeout -k 2 "$DEADLINE" "$@"; }
elif timeout 1 true 2>/dev/null; then
  within() { timeout "$DEADLINE" "$@"; }
else
  within() {
    "$@" &
    w=$!
    (
      i=0
      while [ "$i" -lt "$DEADLINE" ]; do
        sleep 1
        kill -0 "$w" 2>/dev/null || exit 0
        i=$((i + 1))
      done
      kill "$w"; sleep 1; kill -9 "$w"
    ) >/dev/null 2>&1 3>&- 4>&- &
    k=$!
    wait "$w"
    rc=$?
    kill "$k" 2>/dev/null
    wait "$k" 2>/dev/null
    return "$rc"
  }
fi
if printf x | head -c 1 >/dev/null 2>&1; then
  first() { head -c "$1"; }
else
  first() { cat; }
fi

# Why PATH does not lead anywhere: W becomes missing, unreadable or loop.
why() {
  q=$1 n=0
  while [ "$n" -le 40 ]; do
    if [ -L "$q" ] && ! [ -e "$q" ]; then
      n=$((n + 1))
      t=$(readlink "$q" 2>/dev/null) || { W=unreadable; return; }
      case $t in
        /*) q=$t ;;
        *) q=${q%/*}/$t ;;
      esac
    elif [ -d "$q" ]; then
      if [ -x "$q" ]; then W=missing; else W=unreadable; fi
      return
    elif [ -e "$q" ]; then
      W=missing
      return
    else
      q=${q%/*}
      [ -n "$q" ] || q=/
    fi
  done
  W=loop
}

# What stands at PATH.
node() {
  if [ -e "$1" ]; then
    st "$1"
  else
    why "$1"
    say "x $W ${1#"$R"}"
  fi
}

# The entries of FOLDER, once.
folder() {
  d=$1
  case $SEEN in *"$NL$d$NL"*) return ;; esac
  SEEN=$SEEN$d$NL
  say "D ${d#"$R"}"
  if ! [ -e "$d" ]; then
    why "$d"
    say "d $W"
    return
  elif ! [ -d "$d" ]; then
    say "d wrong-kind"
    return
  elif ! [ -r "$d" ] || ! [ -x "$d" ]; then
    say "d unreadable"
    return
  fi
  set --
  c=0 all=0
  for p in "$d"/* "$d"/.[!.]* "$d"/..?*; do
    if [ -e "$p" ] || [ -L "$p" ]; then
      all=$((all + 1))
      if [ "$all" -gt "$ENTRIES" ]; then
        say "d too-large"
        return
      fi
      case $p in
        *"$NL"*)
          say "o $(printf %s "${p#"$R"}" | tr '\n' '?')"
          continue
          ;;
      esac
      [ -L "$p" ] && say "l ${p#"$R"}"
      if [ -e "$p" ]; then
        set -- "$@" "$p"
        c=$((c + 1))
        if [ "$c" -ge 200 ]; then
          st "$@"
          set --
          c=0
        fi
      else
        say "o ${p#"$R"}"
        why "$p"
        say "x $W ${p#"$R"}"
      fi
    fi
  done
  [ "$c" -gt 0 ] && st "$@"
  say "d ok"
}

# Asks for the content of the regular file PATH, reduced by the rule KEEP; nothing else is ever opened.
content() {
  [ -f "$2" ] || return 0
  case $2 in *"$NL"*) return 0 ;; esac
  # A link that an account made to another account's file is not followed.
  if [ -L "$2" ]; then
    set -- "$1" "$2" $(ls -lnd "$2" | awk '{ print $3; exit }') $(ls -lndL "$2" | awk '{ print $3; exit }')
    if [ "${3:-x}" != 0 ] && [ "${3:-x}" != "${4:-y}" ]; then
      say "F ${2#"$R"}"
      say "f foreign-link"
      return 0
    fi
  fi
  if [ -r "$2" ]; then
    say "G $1 ${2#"$R"}"
  else
    say "F ${2#"$R"}"
    say "f unreadable"
  fi
}

# The same for a path below a folder that a pattern goes over.
node_content() {
  node "$2"
  content "$@"
}

# The same for a path of the plan that is no pattern: here sudo may help.
file() {
  node "$2"
  if [ -n "$SUDO" ] && [ -z "$R" ] && ! [ -r "$2" ] && sudo -n -l -- /bin/cat "$2" >/dev/null 2>&1; then
    say "Q $1 $2"
  else
    content "$@"
  fi
}

# Runs find. What vanished while it looked hides nothing that is still there: where it tells of nothing else, it saw all.
search() {
  {
    rc=$({ within "$@" 2>&1 >&6 3>&- 4>&- 6>&-; echo "status $?"; } | awk '
      /^status [0-9]+$/ { status = $2; next }
      !/: No such file or directory$/ { other = 1 }
      END { print status == 1 && !other ? 0 : status }')
  } 6>&1
  return "$rc"
}

# Runs a command of the plan: `run shown root argv…`.
run() {
  say "C $1"
  need=$2
  shift 2
  prog=$1
  shift
  if ! [ -x "$prog" ]; then
    for p in /usr/sbin /usr/bin /sbin /bin; do
      [ -x "$p/${prog##*/}" ] && { prog=$p/${prog##*/}; break; }
    done
  fi
  if ! [ -x "$prog" ]; then
    say "c missing"
    return
  fi
  case $prog in */find) how=search ;; *) how=within ;; esac
  set -- "$prog" "$@"
  if [ "$need" = 1 ] && [ "$UID_" != 0 ]; then
    if [ -n "$SUDO" ] && sudo -n -l -- "$@" >/dev/null 2>&1; then
      set -- sudo -n -- "$@"
    else
      say "c refused"
      return
    fi
  fi
  # Standard output goes through the frame to 4, the exit status to 3.
  rc=$({
    { $how "$@" 2>/dev/null 3>&- 4>&-; echo "$?" >&3; } | first "$COMMAND_CAP" | tr '\000' '\001' | awk '{ print "|" $0 }' >&4 3>&-
  } 3>&1)
  say "c ${rc:-timeout}"
}
