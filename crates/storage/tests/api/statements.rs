//! Constant statements with one JSON parameter, and the database's clock.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde::Serialize;
use storage::{Sql, json};
use types::Clock;

use crate::support::{Fixture, on_both};

on_both!(
    a_batch_travels_in_one_parameter,
    a_query_answers_its_rows,
    the_clock_is_the_databases,
    a_reader_cannot_write,
    a_batch_finds_its_rows_by_index_in_a_small_table,
);

#[derive(Serialize)]
struct Person {
    id: String,
    email: String,
}

const ADD: Sql = Sql {
    postgres: "INSERT INTO people (id, account_id, email, role)
               SELECT r.id, $2, r.email, 'member' FROM json_to_recordset($1::json) AS r(id text, email text)",
    sqlite: "INSERT INTO people (id, account_id, email, role)
             SELECT value->>'id', $2, value->>'email', 'member' FROM json_each($1)",
};

async fn a_batch_travels_in_one_parameter(fixture: Fixture) {
    assert_eq!(add(&fixture, 500).await, 500);
    assert_eq!(fixture.people().await, 500);
    assert_eq!(
        ADD.execute(fixture.db.writer(), vec![json(&Vec::<Person>::new()), "acc_1".into()])
            .await
            .unwrap(),
        0
    );
}

async fn a_query_answers_its_rows(fixture: Fixture) {
    #[derive(FromQueryResult, Debug, PartialEq)]
    struct Email {
        email: String,
    }
    let text = "SELECT email FROM people WHERE account_id = $1 ORDER BY email";
    let emails = Sql {
        postgres: text,
        sqlite: text,
    };
    add(&fixture, 3).await;
    let all: Vec<Email> = emails.query(fixture.db.reader(), vec!["acc_1".into()]).await.unwrap();
    let expected = ["0@example.com", "1@'\"example.com", "2@example.com"];
    assert_eq!(all.iter().map(|row| row.email.as_str()).collect::<Vec<_>>(), expected);
    let none: Option<Email> = emails
        .query_one(fixture.db.reader(), vec!["acc_2".into()])
        .await
        .unwrap();
    assert_eq!(none, None);
}

async fn the_clock_is_the_databases(fixture: Fixture) {
    let here = Clock::system().now();
    let there = storage::now(fixture.db.reader()).await.unwrap();
    assert!(
        there.since(here).as_secs() < 60 && here.since(there).as_secs() < 60,
        "{here} here, {there} there"
    );
}

async fn a_reader_cannot_write(fixture: Fixture) {
    let refused = fixture.db.reader().execute_unprepared("DELETE FROM people").await;
    assert!(refused.is_err());
}

async fn a_batch_finds_its_rows_by_index_in_a_small_table(fixture: Fixture) {
    const PLAN: Sql = Sql {
        postgres: "EXPLAIN SELECT p.id FROM json_to_recordset($1::json) AS r(account_id text, email text)
                   JOIN people p ON p.account_id = r.account_id AND p.email = r.email",
        sqlite: "EXPLAIN QUERY PLAN SELECT p.id FROM json_each($1) AS r
                 JOIN people p ON p.account_id = r.value->>'account_id' AND p.email = r.value->>'email'",
    };
    add(&fixture, 500).await;
    let (analyze, column) = if fixture.db.backend() == DbBackend::Postgres {
        ("ANALYZE people", "QUERY PLAN")
    } else {
        ("ANALYZE", "detail")
    };
    fixture.db.writer().execute_unprepared(analyze).await.unwrap();
    for pool in [fixture.db.reader(), fixture.db.writer()] {
        let text = if fixture.db.backend() == DbBackend::Postgres {
            PLAN.postgres
        } else {
            PLAN.sqlite
        };
        let explain = Statement::from_sql_and_values(fixture.db.backend(), text, ["[]".into()]);
        let rows = pool.query_all_raw(explain).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
        assert!(
            steps.iter().any(|step| step.contains("people_account_id_email_key")),
            "{steps:?}"
        );
    }
}

/// Adds people, one with all quotes in the address.
async fn add(fixture: &Fixture, count: usize) -> u64 {
    let person = |n| Person {
        id: format!("usr_{n}"),
        email: if n == 1 {
            "1@'\"example.com".to_owned()
        } else {
            format!("{n}@example.com")
        },
    };
    let people: Vec<_> = (0..count).map(person).collect();
    ADD.execute(fixture.db.writer(), vec![json(&people), "acc_1".into()])
        .await
        .unwrap()
}
