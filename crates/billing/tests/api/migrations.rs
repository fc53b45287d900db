//! The schema can be made, taken back and made again.

use billing::Migrator;
use sea_orm_migration::MigratorTrait;
use storage::Database;

use crate::billing::Place;

crate::on_both_databases!(every_migration_goes_up_down_and_up_again);

async fn every_migration_goes_up_down_and_up_again(place: Place) {
    let database = Database::connect(&place.config()).await.unwrap();
    database.migrate::<Migrator>().await.unwrap();
    Migrator::down(database.writer(), None).await.unwrap();
    database.migrate::<Migrator>().await.unwrap();
    storage::outbox::depth(database.reader()).await.unwrap();
    database.close().await;
}
