^XA
^CI28
^PW800
^LL1180
^FX Mã vận đơn
^FO40,40^BY3^BCN,120,Y,N,N^FDBD260000017VN^FS
^FX Người gửi
^FO40,200^A0N,32,32^FDNgười gửi: Cửa hàng Mẫu Một^FS
^FO40,240^A0N,32,32^FDĐiện thoại: 098****412^FS
^FO40,280^A0N,28,28^FDSố 1 Đường Ví Dụ, Phường Mẫu, TP. Hà Nội^FS
^FX Người nhận
^FO40,340^A0N,40,40^FH^FDNg_C6_B0_E1_BB_9Di nh_E1_BA_ADn: Trần Thị Mẫu^FS
^FO40,390^A0N,40,40^FDĐiện thoại: 0900000123^FS
^FO40,440^A0N,32,32^FDSố 2 Ngõ 3 Đường Thí Dụ, Phường Mẫu, TP. Đà Nẵng^FS
^FX Hàng hóa
^FO40,520^A0N,28,28^FDNội dung: 1 x điện thoại mẫu^FS
^FO40,560^A0N,36,36^FDTiền thu hộ: 1.250.000 đ^FS
^FX Mã QR cho bưu tá
^FO520,700^BQN,2,6^FDQA,BD260000017VN|Trần Thị Mẫu|0900000123|Số 2 Ngõ 3 Đường Thí Dụ, Phường Mẫu, TP. Đà Nẵng^FS
^XZ
