# REDUCE: lines of the shell part come in, frames go out. `G rule path` and `Q rule path` (by sudo) ask for a file.
# Rules: W all · L<n> lines that begin with a word of list n · M without comments and secrets · P passwd · S shadow ·
# U group · D dpkg · F first words · N snmpd · A age of intrusion rules · O lists of packages, unpacked by apt. From W, L and M private keys, password hashes, passwords of URLs and values of passwords are taken out.
BEGIN {
  seen = 0
  # As texts: a slash within brackets is not read alike by all.
  HASH = "[./A-Za-z0-9$=,+-]"
  HASH = HASH HASH HASH HASH HASH HASH HASH HASH "+"
  HASH = "\\$(1|2[abxy]?|3|5|6|7|y|gy|md5|sha1|argon2i|argon2d|argon2id|pbkdf2-sha256|pbkdf2-sha512)\\$" HASH
  URL = "://[^/@: \t]*:[^/@ \t]+@"
  KEY_LINE = "^[ \t]*[A-Za-z0-9+/=]+[ \t\r]*$"
}
function out(s) {
  seen += length(s) + 1
  if (seen > TOTAL) exit
  print s
  # What is answered leaves at once: a connection that breaks later does not take it along.
  if (s ~ /^E /) fflush()
}
function hashes(s,   o, m, i) {
  o = ""
  while (match(s, HASH)) {
    m = substr(s, RSTART, RLENGTH)
    i = index(substr(m, 2), "$")
    o = o substr(s, 1, RSTART - 1) substr(m, 1, i + 1) "***"
    s = substr(s, RSTART + RLENGTH)
  }
  return o s
}
function grub(s) {
  gsub(/grub\.pbkdf2\.sha512\.[0-9.A-Fa-f]+/, "grub.pbkdf2.sha512.***", s)
  return s
}
function urls(s) {
  gsub(URL, "://***@", s)
  return s
}
# Masks what follows each match of NAME in s: a quoted text, or all up to a blank or one of `,;&<`.
function values(s, name,   o, low, i, c, j) {
  o = ""
  while (1) {
    low = tolower(s)
    if (!match(low, name)) return o s
    i = RSTART + RLENGTH
    o = o substr(s, 1, i - 1)
    s = substr(s, i)
    c = substr(s, 1, 1)
    if (c == "\"" || c == "\047") {
      j = index(substr(s, 2), c)
      if (j == 0) return o "***"
      o = o c "***" c
      s = substr(s, j + 2)
    } else if (match(s, /^[^ \t,;&<]+/)) {
      o = o "***"
      s = substr(s, RLENGTH + 1)
    }
  }
}
function scrub(s,   i, rest) {
  if (pem) {
    if (s ~ /-----END /) { pem = 0; return "***" }
    if (s ~ KEY_LINE && length(s) > 15) return "***"
    if (s !~ /^(Proc-Type|DEK-Info): / && s !~ /^[ \t\r]*$/) pem = 0
  }
  if (s ~ /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/) {
    i = index(s, "-----BEGIN ")
    rest = substr(s, i + 11)
    if (rest !~ /-----END /) pem = 1
    s = substr(s, 1, i - 1) "***"
  }
  if (index(s, "$")) s = hashes(s)
  if (index(s, "pbkdf2.")) s = grub(s)
  if (index(s, "://")) s = urls(s)
  if (index(s, "=")) s = values(s, "(password|passwd|pwd|passphrase|secret|token)[\"\047]?[ \t]*=[ \t]*")
  return s
}
function lines(n, s,   t, i, yes) {
  t = s
  sub(/^[ \t]+/, "", t)
  yes = went_on
  if (!yes && t ~ /^\[.*\][ \t\r]*$/) yes = 1
  if (!yes && t ~ /^[{}][ \t;\r]*$/) yes = 1
  t = tolower(t)
  for (i = 1; !yes && i <= words[n]; i++) if (index(t, word[n, i]) == 1) yes = 1
  went_on = yes && s ~ /\\\r?$/
  if (yes) return s
  return s ~ /\\\r?$/ ? "#\\" : ""
}
function masked(s,   t) {
  t = s
  sub(/^[ \t]+/, "", t)
  if (t ~ /^[#;]/ && t !~ /^#(include|clear)/ && t !~ /^#[0-9]+[ \t]/) return s ~ /\\\r?$/ ? "#\\" : ""
  # Outputs of rsyslog to a database: server, database, account, password.
  s = values(s, "(:om(my|pg)sql:|>)[^, \t]*,[^, \t]*,[^, \t]*,")
  s = values(s, "key[\"\047]?[ \t]*=[ \t]*")
  s = values(s, "(password|passphrase|secret|token)[\"\047]?[ \t]*:[ \t]*")
  s = values(s, "<[a-z0-9_.-]*(password|passwd|passphrase|secret|token|key)>")
  s = values(s, "^[ \t]*(bindpw|rootpw|rootbindpw|requirepass|masterauth)[ \t]+")
  return s
}
function hash(h,   lead, rest) {
  match(h, /^[!*]*/)
  lead = substr(h, 1, RLENGTH)
  rest = substr(h, RLENGTH + 1)
  if (rest == "" || rest == "x" || rest == "NP" || rest == "LK") return h
  if (match(rest, /^\$[A-Za-z0-9-]+\$/)) return lead substr(rest, 1, RLENGTH) "***"
  if (match(rest, /^\$[A-Za-z0-9-]+/)) return lead substr(rest, 1, RLENGTH) "***"
  if (substr(rest, 1, 1) == "_") return lead "_***"
  if (length(rest) == 13) return lead "xxxxxxxxxxxxx"
  return lead "hidden"
}
# In place of a line that has not the fields of its file: whether it is one of NIS can still be seen.
function unread(s) {
  return s ~ /^[-+]/ ? substr(s, 1, 1) "?" : "?"
}
# A line of passwd: the hash becomes its kind, the name of the person goes.
function passwd(s,   f) {
  if (s ~ /^[ \t\r]*$/ || s ~ /^#/) return ""
  if (split(s, f, ":") != 7) return unread(s)
  # Lines of NIS have no numbers.
  if (s !~ /^[-+]/ && (f[3] !~ /^[-+0-9]+$/ || f[4] !~ /^[-+0-9]+$/)) return unread(s)
  if (f[3] !~ /^[-+0-9]*$/ || f[4] !~ /^[-+0-9]*$/) return unread(s)
  return f[1] ":" hash(f[2]) ":" f[3] ":" f[4] "::" f[6] ":" f[7]
}
# A line of shadow: the hash becomes its kind, only numbers stand after it.
function shadow(s,   f, c, i, o) {
  if (s ~ /^[ \t\r]*$/ || s ~ /^#/) return ""
  c = split(s, f, ":")
  if (c < 8) return unread(s)
  o = f[1] ":" hash(f[2])
  for (i = 3; i <= c && i < 10; i++) o = o ":" (f[i] ~ /^[-+0-9 \t\r]*$/ ? f[i] : "?")
  return o
}
# A line of group: a password becomes a mark that there is one.
function group(s,   f, n, i, o) {
  n = split(s, f, ":")
  if (n < 2 || f[2] == "" || f[2] == "x") return s
  f[2] = "*"
  o = f[1]
  for (i = 2; i <= n; i++) o = o ":" f[i]
  return o
}
function dpkg(s,   t) {
  if (s ~ /^[ \t\r]*$/) return ""
  t = tolower(s)
  if (t ~ /^(package|status|version|source|architecture):/) return s
  return " ."
}
# Of a password that GRUB asks for there stays whether it is set, or comes from a variable that may be empty.
function first_word(s,   f, n, i, last) {
  gsub(/[ \t\r]+/, " ", s)
  sub(/^ /, "", s)
  sub(/ $/, "", s)
  n = split(s, f, " ")
  if (n == 0 || substr(f[1], 1, 1) == "#") return ""
  if (tolower(f[1]) == "password_pbkdf2" && n > 1) {
    last = f[n]
    if (last == "\"\"" || last == "\047\047") return f[1] " \"\""
    return f[1] (index(last, "$") ? " $" : " ***")
  }
  i = index(f[1], "=")
  return i ? substr(f[1], 1, i) : f[1]
}
# Communities and keys of snmpd; the two names that everybody knows stay.
function snmp(s,   f, n, i, o, word, at) {
  sub(/^[ \t]+/, "", s)
  sub(/[ \t\r]+$/, "", s)
  if (s == "" || s ~ /^#/) return ""
  n = split(s, f, /[ \t]+/)
  word = tolower(f[1])
  if (word ~ /^(createuser|trapcommunity|trapsink|trap2sink|informsink|trapsess)$/) return scrub(f[1])
  at = 0
  if (word ~ /^r[ow]community6?$/) at = 2
  if (word ~ /^com2sec6?$/) at = n
  if (at > 1 && at <= n && f[at] != "public" && f[at] != "private") f[at] = "***"
  o = f[1]
  for (i = 2; i <= n; i++) o = o " " f[i]
  return scrub(o)
}
function newest(s,   d) {
  while (match(s, /updated_at [0-9][0-9][0-9][0-9]_[0-9][0-9]_[0-9][0-9]/)) {
    d = substr(s, RSTART, RLENGTH)
    if (d > age) age = d
    s = substr(s, RSTART + RLENGTH)
  }
}
function reduced(rule, s) {
  if (rule == "P") return passwd(s)
  if (rule == "S") return shadow(s)
  if (rule == "D") return dpkg(s)
  if (rule == "N") return snmp(s)
  s = scrub(s)
  if (rule == "U") return group(s)
  if (rule == "M") return masked(s)
  if (rule == "F") return first_word(s)
  if (rule == "W") return s
  return lines(substr(rule, 2) + 0, s)
}
function get(by, rule, path,   line, n, r, from, packed, end, list) {
  if ((rule, path) in had) return
  had[rule, path] = 1
  out("F " path)
  if (size[path] + 0 > FILE_CAP) { out("f too-large"); return }
  pem = 0; went_on = 0; n = 0; age = ""; end = ""; list = 0
  from = by == "Q" ? "sudo -n -- /bin/cat " path : R path
  packed = rule == "O" && path ~ /_Packages\.[a-z0-9]+$/
  if (packed) {
    # Only names as apt makes them: nothing else goes near a shell.
    if (from !~ /^[A-Za-z0-9._%+~:\/@-]+$/) { out("f unreadable"); return }
    from = "/usr/lib/apt/apt-helper cat-file " from " 2>/dev/null; echo =$?"
  }
  while ((r = by == "Q" || packed ? (from | getline line) : (getline line < from)) > 0) {
    if (packed && line ~ /^=/) { end = line; continue }
    n += length(line) + 1
    if (n > FILE_CAP) break
    if (rule == "A") newest(line)
    else if (rule != "O") out("|" reduced(rule, line))
    else {
      # 1 where its first line is that of a list, 2 where not.
      if (!list && line != "") list = line ~ /^Package:/ ? 1 : 2
      if (list == 1 && line ~ /^(Package|Version):/) out("|" line)
    }
  }
  close(from)
  if (age != "") out("|" age)
  if (n > FILE_CAP) out("f too-large")
  else if (r < 0 || list == 2 || packed && end != "=0") out("f unreadable")
  else out("f ok " (packed ? size[path] + 0 : n))
}
/^[GQ] / {
  i = index(substr($0, 3), " ")
  get(substr($0, 1, 1), substr($0, 3, i - 1), substr($0, i + 3))
  next
}
/^s / {
  s = $0
  for (i = 0; i < 6; i++) s = substr(s, index(s, " ") + 1)
  if (R != "" && index(s, R "/") == 1) {
    t = substr($0, 1, length($0) - length(s))
    s = substr(s, length(R) + 1)
    $0 = t s
  }
  size[s] = $5
}
{ out($0) }
