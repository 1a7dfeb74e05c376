//! Step 11: on PostgreSQL, who acts with a token is found out by one call, for it is asked at every request.
//!
//! The function looks as the owner of the tables, and tells nothing but what belongs to the one token whose
//! hash or id it is given. Before, a transaction had to claim the duty and ask table by table. SQLite, where
//! a statement costs no way to a server, needs no function.

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait},
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::m0009_row_security::search_path;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables that the function reads: the owner, and nobody else, sees them whole.
const LOOKED_INTO: [&str; 4] = ["api_token", "organisation", "person", "role_assignment"];

/// Of a person with several roles there are as many rows.
const ACTING: &str = "CREATE FUNCTION acting(token_hash text, token_id uuid)
    RETURNS TABLE (id uuid, hash text, name text, scopes jsonb, roles jsonb, expires_at timestamptz,
        revoked_at timestamptz, last_used_at timestamptz, organisation_id uuid, organisation_kind text,
        person_id uuid, person_name text, person_status text, role text, service_area text)
    LANGUAGE sql STABLE ROWS 2 SECURITY DEFINER";
const BODY: &str =
    "SELECT t.id, t.hash::text, t.name::text, t.scopes::jsonb, t.roles::jsonb, t.expires_at,
        t.revoked_at, t.last_used_at, o.id, o.kind::text,
        p.id, p.name::text, p.status::text, r.role::text, r.service_area::text
    FROM api_token t
    JOIN organisation o ON o.id = t.organisation_id
    LEFT JOIN person p ON p.id = t.person_id
    LEFT JOIN role_assignment r ON r.person_id = t.person_id
    WHERE t.hash = token_hash OR t.id = token_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for table in LOOKED_INTO {
            let policy = format!(
                "CREATE POLICY looked_into ON {table} FOR SELECT TO CURRENT_USER USING (true)"
            );
            db.execute_unprepared(&policy).await?;
        }
        let path = search_path(db).await?;
        let function = format!("{ACTING} SET search_path = {path} AS $$ {BODY} $$");
        db.execute_unprepared(&function).await?;
        // The service is given it by name.
        db.execute_unprepared("REVOKE ALL ON FUNCTION acting(text, uuid) FROM PUBLIC")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        db.execute_unprepared("DROP FUNCTION acting(text, uuid)")
            .await?;
        for table in LOOKED_INTO {
            db.execute_unprepared(&format!("DROP POLICY looked_into ON {table}"))
                .await?;
        }
        Ok(())
    }
}
