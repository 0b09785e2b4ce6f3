CREATE TABLE orders (
    id bigint PRIMARY KEY,
    sender_name text NOT NULL,
    recipient_name text NOT NULL,
    recipient_phone text NOT NULL,
    recipient_address text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE orders IS 'restricted';

CREATE TABLE users (
    id bigint PRIMARY KEY,
    username text UNIQUE NOT NULL,
    password_hash text NOT NULL
);
