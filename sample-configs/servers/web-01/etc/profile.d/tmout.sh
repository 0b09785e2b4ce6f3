# Phiên bỏ quên tự thoát sau 10 phút
TMOUT=600
readonly TMOUT
export TMOUT
