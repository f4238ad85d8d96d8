# The tables of Punctual, as `punctual migrate` makes them, with point-in-time recovery. Run `punctual migrate` once
# all the same: it notes the layout.
variable "table_prefix" {
  type    = string
  default = "punctual-"
}

resource "aws_dynamodb_table" "schedulers" {
  name         = "${var.table_prefix}schedulers"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "o_pk"
    type = "S"
  }

  attribute {
    name = "o_sk"
    type = "S"
  }

  attribute {
    name = "n_pk"
    type = "S"
  }

  attribute {
    name = "n_sk"
    type = "S"
  }

  attribute {
    name = "w_pk"
    type = "S"
  }

  attribute {
    name = "w_sk"
    type = "S"
  }

  global_secondary_index {
    name            = "overview"
    hash_key        = "o_pk"
    range_key       = "o_sk"
    projection_type = "INCLUDE"
    non_key_attributes = ["status", "severity", "late_from"]
  }

  global_secondary_index {
    name            = "names"
    hash_key        = "n_pk"
    range_key       = "n_sk"
    projection_type = "INCLUDE"
    non_key_attributes = ["folded", "service", "tags"]
  }

  global_secondary_index {
    name            = "wake"
    hash_key        = "w_pk"
    range_key       = "w_sk"
    projection_type = "KEYS_ONLY"
  }
}

resource "aws_dynamodb_table" "history" {
  name         = "${var.table_prefix}history"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }
}

resource "aws_dynamodb_table" "outbox" {
  name         = "${var.table_prefix}outbox"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "r_pk"
    type = "S"
  }

  attribute {
    name = "r_sk"
    type = "S"
  }

  attribute {
    name = "l_pk"
    type = "S"
  }

  attribute {
    name = "l_sk"
    type = "S"
  }

  global_secondary_index {
    name            = "ready"
    hash_key        = "r_pk"
    range_key       = "r_sk"
    projection_type = "KEYS_ONLY"
  }

  global_secondary_index {
    name            = "listed"
    hash_key        = "l_pk"
    range_key       = "l_sk"
    projection_type = "INCLUDE"
    non_key_attributes = ["chan"]
  }
}

resource "aws_dynamodb_table" "registry" {
  name         = "${var.table_prefix}registry"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "f_pk"
    type = "S"
  }

  attribute {
    name = "f_sk"
    type = "S"
  }

  global_secondary_index {
    name            = "filed"
    hash_key        = "f_pk"
    range_key       = "f_sk"
    projection_type = "INCLUDE"
    non_key_attributes = ["sid", "service"]
  }
}
