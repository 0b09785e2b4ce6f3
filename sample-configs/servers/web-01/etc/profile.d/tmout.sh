# Phiên bỏ quên tự thoát sau 5 phút
TMOUT=300
readonly TMOUT
export TMOUT
