/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: sorting
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Table structure for table `diem_quet`
--

DROP TABLE IF EXISTS `diem_quet`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `diem_quet` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `kien_hang_id` bigint(20) unsigned NOT NULL,
  `nguoi_dung_id` int(11) NOT NULL,
  `toa_do` point DEFAULT NULL,
  `dia_chi_ip` varchar(45) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `fk_kien` (`kien_hang_id`),
  CONSTRAINT `fk_kien` FOREIGN KEY (`kien_hang_id`) REFERENCES `kien_hang` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `diem_quet`
--

LOCK TABLES `diem_quet` WRITE;
/*!40000 ALTER TABLE `diem_quet` DISABLE KEYS */;
/*!40000 ALTER TABLE `diem_quet` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `kien_hang`
--

DROP TABLE IF EXISTS `kien_hang`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kien_hang` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `ma_van_don` varchar(20) NOT NULL COMMENT 'Mã vận đơn',
  `ten_nguoi_nhan` varchar(120) NOT NULL COMMENT 'Họ tên người nhận',
  `sdt_nguoi_nhan` varchar(15) NOT NULL COMMENT 'Số điện thoại người nhận',
  `dia_chi_nguoi_nhan` varchar(255) NOT NULL,
  `ten_nguoi_gui` varchar(120) DEFAULT NULL,
  `sdt_nguoi_gui` varchar(15) DEFAULT NULL,
  `mat_hang` varchar(200) DEFAULT NULL,
  `khoi_luong_gram` int(10) unsigned DEFAULT NULL,
  `bang_chuyen_id` smallint(6) DEFAULT NULL,
  `trang_thai` enum('cho','dang_chia','da_chia') NOT NULL DEFAULT 'cho',
  `thoi_diem` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `k_mvd` (`ma_van_don`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='Kiện hàng qua băng chuyền';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `kien_hang`
--

LOCK TABLES `kien_hang` WRITE;
/*!40000 ALTER TABLE `kien_hang` DISABLE KEYS */;
/*!40000 ALTER TABLE `kien_hang` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_general_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER tg BEFORE INSERT ON kien_hang FOR EACH ROW BEGIN SET NEW.thoi_diem = NOW(3); END 
*/;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Table structure for table `nguoi_dung`
--

DROP TABLE IF EXISTS `nguoi_dung`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nguoi_dung` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `ten_dang_nhap` varchar(50) NOT NULL,
  `ho_ten` varchar(120) NOT NULL,
  `mat_khau` char(32) NOT NULL COMMENT 'MD5',
  `vai_tro` varchar(20) NOT NULL,
  `anh_cccd_mat_truoc` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nguoi_dung`
--

LOCK TABLES `nguoi_dung` WRITE;
/*!40000 ALTER TABLE `nguoi_dung` DISABLE KEYS */;
/*!40000 ALTER TABLE `nguoi_dung` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Temporary table structure for view `v_kien`
--

DROP TABLE IF EXISTS `v_kien`;
/*!50001 DROP VIEW IF EXISTS `v_kien`*/;
SET @saved_cs_client     = @@character_set_client;
SET character_set_client = utf8mb4;
/*!50001 CREATE VIEW `v_kien` AS SELECT
 NULL AS `id`,
 NULL AS `ma_van_don` */;
SET character_set_client = @saved_cs_client;

--
-- Dumping routines for database 'sorting'
--
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION' */ ;
/*!50003 DROP PROCEDURE IF EXISTS `chia` */;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET character_set_results = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_general_ci */ ;
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `chia`(IN k BIGINT)
BEGIN UPDATE kien_hang SET trang_thai='da_chia' WHERE id=k; END
;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

--
-- Final view structure for view `v_kien`
--

/*!50001 DROP VIEW IF EXISTS `v_kien`*/;
/*!50001 SET @saved_cs_client          = @@character_set_client */;
/*!50001 SET @saved_cs_results         = @@character_set_results */;
/*!50001 SET @saved_col_connection     = @@collation_connection */;
/*!50001 SET character_set_client      = utf8mb4 */;
/*!50001 SET character_set_results     = utf8mb4 */;
/*!50001 SET collation_connection      = utf8mb4_general_ci */;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v_kien` AS select `kien_hang`.`id` AS `id`,`kien_hang`.`ma_van_don` AS `ma_van_don` from `kien_hang` */;
/*!50001 SET character_set_client      = @saved_cs_client */;
/*!50001 SET character_set_results     = @saved_cs_results */;
/*!50001 SET collation_connection      = @saved_col_connection */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-24  2:13:42
