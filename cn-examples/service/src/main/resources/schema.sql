-- Run at every start by every replica: each statement changes nothing where it has been run before.
CREATE TABLE IF NOT EXISTS orders (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id UUID NOT NULL UNIQUE,
  idempotency_key VARCHAR(200) NOT NULL UNIQUE,
  sku VARCHAR(64) NOT NULL,
  quantity INTEGER NOT NULL,
  status VARCHAR(16) NOT NULL,
  placed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, number);
-- What is still to be published; a row goes when its event has arrived.
CREATE TABLE IF NOT EXISTS outbox (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id UUID NOT NULL,
  type VARCHAR(16) NOT NULL,
  payload VARCHAR(2000) NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_by_order ON outbox (order_id, seq);
