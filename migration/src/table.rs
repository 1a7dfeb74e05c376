//! The words that steps are written in. Every column is `NOT NULL` unless it says otherwise; every
//! text has a length and every closed set of values a check, on both databases.

use sea_orm_migration::prelude::{
    ColumnDef, ConditionalStatement, DbErr, Expr, ExprTrait, ForeignKey, Index,
    IndexCreateStatement, SchemaManager, Table as Schema, TableCreateStatement,
};

/// A table being described; its primary key is always a UUID named `id`.
pub(crate) struct Table {
    name: &'static str,
    create: TableCreateStatement,
    columns: Vec<ColumnDef>,
    indexes: Vec<IndexCreateStatement>,
}

impl Table {
    pub(crate) fn new(name: &'static str) -> Self {
        let mut id = ColumnDef::new("id");
        id.uuid().not_null().primary_key();
        Self {
            name,
            create: Schema::create().table(name).to_owned(),
            columns: vec![id],
            indexes: vec![],
        }
    }

    fn column(
        mut self,
        name: &'static str,
        of: impl FnOnce(&mut ColumnDef) -> &mut ColumnDef,
    ) -> Self {
        let mut column = ColumnDef::new(name);
        of(&mut column).not_null();
        self.columns.push(column);
        self
    }

    /// The last column may be without a value.
    pub(crate) fn null(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.null();
        }
        self
    }

    pub(crate) fn uuid(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::uuid)
    }

    /// A foreign key; rows that are referred to cannot be deleted.
    pub(crate) fn refers(mut self, name: &'static str, table: &'static str) -> Self {
        self.create.foreign_key(
            ForeignKey::create()
                .name(format!("fk_{}_{name}", self.name))
                .from(self.name, name)
                .to(table, "id"),
        );
        self.uuid(name)
    }

    /// Text of 1 to `longest` characters.
    pub(crate) fn text(self, name: &'static str, longest: u32) -> Self {
        self.check(&format!("length({name}) BETWEEN 1 AND {longest}"))
            .column(name, ColumnDef::text)
    }

    /// One of a closed set of values.
    pub(crate) fn one_of(self, name: &'static str, values: &[&str]) -> Self {
        self.check(&format!("{name} IN ('{}')", values.join("', '")))
            .column(name, ColumnDef::text)
    }

    pub(crate) fn int(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::integer)
    }

    pub(crate) fn big(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::big_integer)
    }

    pub(crate) fn bool(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::boolean)
    }

    pub(crate) fn date(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::date)
    }

    /// An instant, in UTC.
    pub(crate) fn time(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::timestamp_with_time_zone)
    }

    pub(crate) fn json(self, name: &'static str) -> Self {
        self.column(name, ColumnDef::json)
    }

    /// A rule that every row satisfies (one that evaluates to NULL counts as satisfied).
    pub(crate) fn check(mut self, rule: &str) -> Self {
        self.create.check(Expr::cust(rule.to_owned()));
        self
    }

    fn indexed(&self, prefix: &str, columns: &[&'static str]) -> IndexCreateStatement {
        let mut index = Index::create()
            .name(format!("{prefix}_{}_{}", self.name, columns.join("_")))
            .table(self.name)
            .to_owned();
        for column in columns {
            index.col(*column);
        }
        index
    }

    pub(crate) fn index(mut self, columns: &[&'static str]) -> Self {
        let index = self.indexed("ix", columns);
        self.indexes.push(index);
        self
    }

    pub(crate) fn unique(mut self, columns: &[&'static str]) -> Self {
        let index = self.indexed("ux", columns).unique().to_owned();
        self.indexes.push(index);
        self
    }

    /// An index of the rows alone where `without` has no value.
    pub(crate) fn index_without(mut self, columns: &[&'static str], without: &'static str) -> Self {
        let index = self
            .indexed(&format!("ix_no_{without}"), columns)
            .and_where(Expr::col(without).is_null())
            .to_owned();
        self.indexes.push(index);
        self
    }

    /// Unique among the rows where `without` has no value: two missing values never collide in SQL.
    pub(crate) fn unique_without(
        mut self,
        columns: &[&'static str],
        without: &'static str,
    ) -> Self {
        let index = self
            .indexed(&format!("ux_no_{without}"), columns)
            .unique()
            .and_where(Expr::col(without).is_null())
            .to_owned();
        self.indexes.push(index);
        self
    }

    /// Unique among the rows alone where `with` has a value.
    pub(crate) fn unique_with(mut self, columns: &[&'static str], with: &'static str) -> Self {
        let index = self
            .indexed(&format!("ux_{with}"), columns)
            .unique()
            .and_where(Expr::col(with).is_not_null())
            .to_owned();
        self.indexes.push(index);
        self
    }
}

/// Makes the tables and their indexes, in order.
pub(crate) async fn create(manager: &SchemaManager<'_>, tables: Vec<Table>) -> Result<(), DbErr> {
    for mut table in tables {
        for column in &mut table.columns {
            table.create.col(column);
        }
        manager.create_table(table.create).await?;
        for index in table.indexes {
            manager.create_index(index).await?;
        }
    }
    Ok(())
}

/// Drops the tables, last made first.
pub(crate) async fn drop(manager: &SchemaManager<'_>, tables: Vec<Table>) -> Result<(), DbErr> {
    for table in tables.into_iter().rev() {
        manager
            .drop_table(Schema::drop().table(table.name).to_owned())
            .await?;
    }
    Ok(())
}
