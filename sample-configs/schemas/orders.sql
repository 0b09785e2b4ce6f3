--
-- PostgreSQL database dump
--

\restrict 9XjMKHDoQltwEkem4Sj8YerBAhP6LelY2ez8VF3397bDaZZpFLPTkFGbdfRukz9

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


--
-- Name: order_status; Type: TYPE; Schema: public; Owner: postgres
--

CREATE TYPE public.order_status AS ENUM (
    'created',
    'picked',
    'in_transit',
    'delivered',
    'returned'
);


ALTER TYPE public.order_status OWNER TO postgres;

--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.created_at := now(); RETURN NEW; END; $$;


ALTER FUNCTION public.touch() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: accounts; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.accounts (
    id bigint NOT NULL,
    username character varying(60) NOT NULL,
    full_name character varying(120),
    email character varying(160),
    password_hash character(60) NOT NULL,
    account_type character varying(20) NOT NULL,
    department character varying(80),
    manager_id bigint,
    is_active boolean DEFAULT true NOT NULL,
    activated_at timestamp with time zone,
    disabled_at timestamp with time zone,
    last_login_at timestamp with time zone,
    last_login_ip inet,
    api_token character varying(64)
);


ALTER TABLE public.accounts OWNER TO postgres;

--
-- Name: COLUMN accounts.password_hash; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.accounts.password_hash IS 'bcrypt, cost 12';


--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: courier_positions; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.courier_positions (
    courier_id bigint NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    kinh_do double precision NOT NULL,
    vi_do double precision NOT NULL
);


ALTER TABLE public.courier_positions OWNER TO postgres;

--
-- Name: customers; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.customers (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    phone character varying(20),
    email character varying(160),
    date_of_birth date,
    tax_code character varying(14),
    so_cccd character varying(12),
    cccd_image_front bytea,
    bank_account_no character varying(20),
    address_id bigint,
    web_address character varying(200),
    consent_at timestamp with time zone
);


ALTER TABLE public.customers OWNER TO postgres;

--
-- Name: COLUMN customers.so_cccd; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.customers.so_cccd IS 'Số căn cước công dân, chưa mã hóa';


--
-- Name: customers_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

ALTER TABLE public.customers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.orders (
    id bigint NOT NULL,
    tracking_no character varying(20) NOT NULL,
    sender_name character varying(120) NOT NULL,
    sender_phone character varying(20) NOT NULL,
    sender_address text NOT NULL,
    recipient_name_enc bytea NOT NULL,
    recipient_phone_enc bytea NOT NULL,
    recipient_phone_hmac bytea,
    recipient_address_enc bytea NOT NULL,
    recipient_email character varying(160),
    noi_dung_hang_hoa text,
    tien_thu_ho numeric(14,0) DEFAULT 0,
    ghi_chu text,
    warehouse_name character varying(80),
    status public.order_status DEFAULT 'created'::public.order_status NOT NULL,
    phone_verified_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    row_checksum character(64)
);


ALTER TABLE public.orders OWNER TO postgres;

--
-- Name: TABLE orders; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON TABLE public.orders IS 'Đơn hàng của cổng khách hàng. Mức nhạy cảm: hạn chế';


--
-- Name: COLUMN orders.sender_phone; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.orders.sender_phone IS 'Số điện thoại người gửi [hạn chế]';


--
-- Name: COLUMN orders.recipient_name_enc; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.orders.recipient_name_enc IS 'Tên người nhận, đã mã hóa [hạn chế]';


--
-- Name: COLUMN orders.recipient_phone_enc; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.orders.recipient_phone_enc IS 'Số điện thoại người nhận, mã hóa bằng pgp_sym_encrypt [hạn chế]';


--
-- Name: COLUMN orders.ghi_chu; Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON COLUMN public.orders.ghi_chu IS 'Ghi chú cho bưu tá [nội bộ]';


--
-- Name: daily_count; Type: MATERIALIZED VIEW; Schema: public; Owner: postgres
--

CREATE MATERIALIZED VIEW public.daily_count AS
 SELECT (orders.created_at)::date AS d,
    count(*) AS count
   FROM public.orders
  GROUP BY ((orders.created_at)::date)
  WITH NO DATA;


ALTER TABLE public.daily_count OWNER TO postgres;

--
-- Name: data_access_log; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.data_access_log (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    table_name character varying(60) NOT NULL,
    record_id bigint NOT NULL,
    action character varying(20) NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);


ALTER TABLE public.data_access_log OWNER TO postgres;

--
-- Name: data_access_log_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

ALTER TABLE public.data_access_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.data_access_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders_masked; Type: VIEW; Schema: public; Owner: postgres
--

CREATE VIEW public.orders_masked AS
 SELECT orders.id,
    orders.tracking_no,
    (("left"((orders.sender_phone)::text, 2) || '*****'::text) || "right"((orders.sender_phone)::text, 3)) AS sender_phone
   FROM public.orders;


ALTER TABLE public.orders_masked OWNER TO postgres;

--
-- Name: provinces; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.provinces (
    code character varying(5) NOT NULL,
    name character varying(60) NOT NULL
);


ALTER TABLE public.provinces OWNER TO postgres;

--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.accounts (id, username, full_name, email, password_hash, account_type, department, manager_id, is_active, activated_at, disabled_at, last_login_at, last_login_ip, api_token) FROM stdin;
\.


--
-- Data for Name: courier_positions; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.courier_positions (courier_id, seen_at, kinh_do, vi_do) FROM stdin;
\.


--
-- Data for Name: customers; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.customers (id, name, phone, email, date_of_birth, tax_code, so_cccd, cccd_image_front, bank_account_no, address_id, web_address, consent_at) FROM stdin;
\.


--
-- Data for Name: data_access_log; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.data_access_log (id, account_id, table_name, record_id, action, at) FROM stdin;
\.


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.orders (id, tracking_no, sender_name, sender_phone, sender_address, recipient_name_enc, recipient_phone_enc, recipient_phone_hmac, recipient_address_enc, recipient_email, noi_dung_hang_hoa, tien_thu_ho, ghi_chu, warehouse_name, status, phone_verified_at, created_at, row_checksum) FROM stdin;
\.


--
-- Data for Name: provinces; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.provinces (code, name) FROM stdin;
01	Hà Nội
79	Thành phố Hồ Chí Minh
\.


--
-- Name: accounts_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.accounts_id_seq', 1, false);


--
-- Name: customers_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.customers_id_seq', 1, false);


--
-- Name: data_access_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.data_access_log_id_seq', 1, false);


--
-- Name: orders_id_seq; Type: SEQUENCE SET; Schema: public; Owner: postgres
--

SELECT pg_catalog.setval('public.orders_id_seq', 1, false);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: accounts accounts_username_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_username_key UNIQUE (username);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: data_access_log data_access_log_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.data_access_log
    ADD CONSTRAINT data_access_log_pkey PRIMARY KEY (id);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


--
-- Name: orders orders_tracking_no_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_tracking_no_key UNIQUE (tracking_no);


--
-- Name: provinces provinces_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.provinces
    ADD CONSTRAINT provinces_pkey PRIMARY KEY (code);


--
-- Name: orders_created; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX orders_created ON public.orders USING btree (created_at);


--
-- Name: orders t; Type: TRIGGER; Schema: public; Owner: postgres
--

CREATE TRIGGER t BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: accounts accounts_manager_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_manager_id_fkey FOREIGN KEY (manager_id) REFERENCES public.accounts(id);


--
-- Name: courier_positions courier_positions_courier_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.courier_positions
    ADD CONSTRAINT courier_positions_courier_id_fkey FOREIGN KEY (courier_id) REFERENCES public.accounts(id);


--
-- Name: data_access_log data_access_log_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.data_access_log
    ADD CONSTRAINT data_access_log_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: TABLE orders; Type: ACL; Schema: public; Owner: postgres
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO portal_app;


--
-- Name: TABLE orders_masked; Type: ACL; Schema: public; Owner: postgres
--

GRANT SELECT ON TABLE public.orders_masked TO PUBLIC;


--
-- Name: TABLE provinces; Type: ACL; Schema: public; Owner: postgres
--

GRANT SELECT ON TABLE public.provinces TO PUBLIC;


--
-- Name: daily_count; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: postgres
--

REFRESH MATERIALIZED VIEW public.daily_count;


--
-- PostgreSQL database dump complete
--

\unrestrict 9XjMKHDoQltwEkem4Sj8YerBAhP6LelY2ez8VF3397bDaZZpFLPTkFGbdfRukz9

