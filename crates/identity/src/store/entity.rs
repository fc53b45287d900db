//! The rows as the database keeps them.

/// Accounts.
pub mod account {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub language: String,
        pub time_zone: String,
        pub billing_contact_id: String,
        pub create_time: i64,
        pub state: String,
        pub revision: i64,
        pub settings: String,
        pub locked_settings: String,
        pub offered_user_id: Option<String>,
        pub offer_time: Option<i64>,
        pub close_time: Option<i64>,
        pub welcome_email_id: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Users.
pub mod user {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub email: String,
        pub address: String,
        pub given_name: String,
        pub family_name: String,
        pub given_key: String,
        pub sort_key: String,
        pub role: String,
        pub custom_role_id: Option<String>,
        pub state: String,
        pub former_state: Option<String>,
        pub language: String,
        pub time_zone: String,
        pub group_id: Option<String>,
        pub settings_template_id: Option<String>,
        pub settings: String,
        pub products: String,
        pub password_hash: Option<String>,
        pub seat_version: i64,
        pub revision: i64,
        pub create_time: i64,
        pub update_time: i64,
        pub delete_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Invitations.
pub mod invitation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub user_id: String,
        pub kind: String,
        pub state: String,
        pub email: String,
        pub address: String,
        pub role: String,
        pub language: String,
        pub time_zone: String,
        pub products: String,
        pub generation: i64,
        pub token_hash: String,
        pub inviter_id: String,
        pub create_time: i64,
        pub expire_time: i64,
        pub answer_time: Option<i64>,
        pub custom_role_id: Option<String>,
        pub group_id: Option<String>,
        pub settings_template_id: Option<String>,
        pub seat_version: i64,
        pub send_count: i64,
        pub last_send_time: Option<i64>,
        pub welcome_email_id: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Groups.
pub mod group {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "groups")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub name: String,
        pub name_key: String,
        pub description: String,
        pub revision: i64,
        pub create_time: i64,
        pub update_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Settings templates.
pub mod settings_template {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "settings_templates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub name: String,
        pub name_key: String,
        pub description: String,
        pub settings: String,
        pub revision: i64,
        pub create_time: i64,
        pub update_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Welcome e-mails of accounts' own.
pub mod welcome_email {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "welcome_emails")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub name: String,
        pub name_key: String,
        pub languages: String,
        pub version: i64,
        pub revision: i64,
        pub create_time: i64,
        pub update_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What welcome e-mails say, and have said.
pub mod welcome_email_version {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "welcome_email_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub welcome_email_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub account_id: String,
        pub translations: String,
        pub end_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Roles of accounts' own.
pub mod role {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "roles")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub name: String,
        pub name_key: String,
        pub description: String,
        pub permissions: String,
        pub revision: i64,
        pub create_time: i64,
        pub update_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sessions.
pub mod session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub user_id: String,
        pub account_id: String,
        pub refresh_hash: String,
        pub create_time: i64,
        pub expire_time: i64,
        pub end_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The audit log.
pub mod audit_event {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub id: String,
        pub actor_id: String,
        pub on_behalf_of: String,
        pub action: String,
        pub subject_id: String,
        pub before: String,
        pub after: String,
        pub outcome: String,
        pub request_id: String,
        pub source: String,
        pub create_time: i64,
        pub hash: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Imports.
pub mod import {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "imports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub creator_id: String,
        pub source: String,
        pub state: String,
        pub options: String,
        pub size: i64,
        pub sha256: String,
        pub fingerprint: String,
        pub encoding: String,
        pub columns: String,
        pub row_count: i64,
        pub counts: String,
        pub seats: String,
        pub fault: Option<String>,
        pub is_cancelled: bool,
        pub revision: i64,
        pub create_time: i64,
        pub end_time: Option<i64>,
        pub lease_owner: Option<String>,
        pub lease_until: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
