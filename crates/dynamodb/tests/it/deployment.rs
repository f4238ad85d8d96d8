//! The deployment files say what `migrate` makes: they are written from the same description. `BLESS=1` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use dynamodb::{EXPIRES, Index, Projection, Table};

const HEAD: &str = "# The tables of Punctual, as `punctual migrate` makes them, with point-in-time recovery. Run `punctual migrate` once\n# all the same: it notes the layout.\n";

fn titled(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// The attributes that keys are made of.
fn attributes(table: Table) -> Vec<&'static str> {
    let keys = table.indexes().iter().flat_map(|index| [index.partition(), index.sort()]);
    ["pk", "sk"].into_iter().chain(keys).collect()
}

fn formation() -> String {
    let mut text =
        format!("{HEAD}AWSTemplateFormatVersion: \"2010-09-09\"\nDescription: The tables of Punctual\n");
    text.push_str("Parameters:\n  TablePrefix:\n    Type: String\n    Default: punctual-\nResources:\n");
    for table in Table::ALL {
        let name = table.as_str();
        let _ = write!(
            text,
            "  {}Table:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      TableName: !Sub \"${{TablePrefix}}{name}\"\n      BillingMode: PAY_PER_REQUEST\n      SSESpecification:\n        SSEEnabled: true\n      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: true\n      TimeToLiveSpecification:\n        AttributeName: {EXPIRES}\n        Enabled: true\n      AttributeDefinitions:\n",
            titled(name)
        );
        for attribute in attributes(table) {
            let _ = writeln!(text, "        - {{ AttributeName: {attribute}, AttributeType: S }}");
        }
        text.push_str("      KeySchema:\n        - { AttributeName: pk, KeyType: HASH }\n        - { AttributeName: sk, KeyType: RANGE }\n");
        if !table.indexes().is_empty() {
            text.push_str("      GlobalSecondaryIndexes:\n");
        }
        for index in table.indexes() {
            formation_index(&mut text, *index);
        }
    }
    text
}

fn formation_index(text: &mut String, index: Index) {
    let (partition, sort) = (index.partition(), index.sort());
    let _ = write!(
        text,
        "        - IndexName: {}\n          KeySchema:\n            - {{ AttributeName: {partition}, KeyType: HASH }}\n            - {{ AttributeName: {sort}, KeyType: RANGE }}\n          Projection:\n",
        index.as_str()
    );
    let _ = match index.projection() {
        Projection::Keys => writeln!(text, "            ProjectionType: KEYS_ONLY"),
        Projection::With(names) => writeln!(
            text,
            "            ProjectionType: INCLUDE\n            NonKeyAttributes: [{}]",
            names.join(", ")
        ),
    };
}

fn terraform() -> String {
    let mut text =
        format!("{HEAD}variable \"table_prefix\" {{\n  type    = string\n  default = \"punctual-\"\n}}\n");
    for table in Table::ALL {
        let name = table.as_str();
        let _ = write!(
            text,
            "\nresource \"aws_dynamodb_table\" \"{name}\" {{\n  name         = \"${{var.table_prefix}}{name}\"\n  billing_mode = \"PAY_PER_REQUEST\"\n  hash_key     = \"pk\"\n  range_key    = \"sk\"\n\n  server_side_encryption {{\n    enabled = true\n  }}\n\n  point_in_time_recovery {{\n    enabled = true\n  }}\n\n  ttl {{\n    attribute_name = \"{EXPIRES}\"\n    enabled        = true\n  }}\n\n  lifecycle {{\n    prevent_destroy = true\n  }}\n"
        );
        for attribute in attributes(table) {
            let _ = write!(text, "\n  attribute {{\n    name = \"{attribute}\"\n    type = \"S\"\n  }}\n");
        }
        for index in table.indexes() {
            terraform_index(&mut text, *index);
        }
        text.push_str("}\n");
    }
    text
}

fn terraform_index(text: &mut String, index: Index) {
    let (name, partition, sort) = (index.as_str(), index.partition(), index.sort());
    let projected = match index.projection() {
        Projection::Keys => "    projection_type = \"KEYS_ONLY\"\n".to_owned(),
        Projection::With(names) => format!(
            "    projection_type = \"INCLUDE\"\n    non_key_attributes = [{}]\n",
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        ),
    };
    let _ = write!(
        text,
        "\n  global_secondary_index {{\n    name            = \"{name}\"\n    hash_key        = \"{partition}\"\n    range_key       = \"{sort}\"\n{projected}  }}\n"
    );
}

fn is_written(file: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/deploy").join(file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, wanted).expect("the file is written");
    }
    let found = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(found, wanted, "{file} says something else than migrate makes: BLESS=1 writes it");
}

#[test]
fn the_template_of_cloudformation_says_what_migrate_makes() {
    is_written("dynamodb.cfn.yaml", &formation());
}

#[test]
fn the_module_of_terraform_says_what_migrate_makes() {
    is_written("dynamodb.tf", &terraform());
}

/// Least rights: nothing scans, and every table with indexes has both of its resources.
#[test]
fn the_policy_names_every_table_and_no_right_to_scan() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/deploy/iam-policy.json");
    let policy: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the policy")).expect("JSON");
    let tables = &policy["Statement"][0];
    let texts = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().expect("a list").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let wanted: Vec<String> = Table::ALL
        .into_iter()
        .flat_map(|table| {
            let arn = format!("arn:aws:dynamodb:REGION:ACCOUNT:table/punctual-{}", table.as_str());
            let indexes = (!table.indexes().is_empty()).then(|| format!("{arn}/index/*"));
            std::iter::once(arn).chain(indexes)
        })
        .collect();
    assert_eq!(texts(&tables["Resource"]), wanted);
    let actions = texts(&tables["Action"]);
    assert!(actions.iter().all(|action| action.starts_with("dynamodb:") && !action.ends_with("Scan")));
    for needed in
        ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]
    {
        assert!(actions.contains(&format!("dynamodb:{needed}")), "{needed}");
    }
}
