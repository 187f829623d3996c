#include "offline/database.hpp"

#include "offline/errors.hpp"

#include <sqlite3.h>

#include <utility>

namespace outrider::offline {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, double value) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_double(statement_.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view bytes) {
    const char* data = bytes.data() ? bytes.data() : "";  // a null pointer would bind NULL
    if (fault_ == SQLITE_OK) {
        fault_ = sqlite3_bind_text64(statement_.get(), index, data, bytes.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
    }
    return *this;
}

Statement& Statement::bind(int index, Instant at) {
    return bind(index, std::int64_t{at.time_since_epoch().count()});
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    const char* data = bytes.data() ? bytes.data() : "";
    if (fault_ == SQLITE_OK) {
        fault_ = sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_TRANSIENT);
    }
    return *this;
}

Statement& Statement::bind_null(int index) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_null(statement_.get(), index);
    return *this;
}

Result<bool> Statement::step() {
    stepped_ = true;
    const int code = fault_ != SQLITE_OK ? fault_ : sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    Error error = storage_error(sqlite3_db_handle(statement_.get()), code);
    note(*condition_, code);
    reset();
    return error;
}

Result<> Statement::run() {
    for (;;) {
        const Result<bool> row = step();
        if (!row) return row.error();
        if (!*row) return {};
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (!bytes) return {};
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Instant Statement::instant(int column) const { return Instant(Duration(integer(column))); }

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
    fault_ = SQLITE_OK;
    if (std::exchange(stepped_, false)) sqlite3_reset(statement_.get());
}

Result<Statement*> Database::cached(std::string_view sql) {
    if (auto usable = ready(); !usable) return usable.error();
    const auto known = cached_.find(sql);
    if (known != cached_.end()) {
        known->second.reset();
        return &known->second;
    }
    Result<Statement> statement = prepare(sql);
    if (!statement) return statement.error();
    return &cached_.emplace(sql, std::move(*statement)).first->second;
}

// One that somebody is still reading is left to them.
Result<std::shared_ptr<Statement>> Database::shaped(std::string_view sql) {
    if (auto usable = ready(); !usable) return usable.error();
    const auto known = shaped_.find(sql);
    if (known != shaped_.end() && known->second.use_count() == 1) {
        known->second->reset();
        return known->second;
    }
    Result<Statement> statement = prepare(sql);
    if (!statement) return statement.error();
    if (shaped_.size() >= most_shapes) shaped_.clear();
    auto kept = std::make_shared<Statement>(std::move(*statement));
    shaped_.insert_or_assign(std::string(sql), kept);
    return kept;
}

Result<std::int64_t> Database::first_number(Statement& statement) {
    const Result<bool> row = statement.step();
    if (!row) return row.error();
    const std::int64_t value = *row ? statement.integer(0) : 0;
    statement.reset();
    return value;
}

}  // namespace outrider::offline
