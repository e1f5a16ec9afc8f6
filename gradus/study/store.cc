#include "gradus/study/store.h"

#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include "gradus/base/error.h"

namespace gradus {

namespace {

// Tables in the order of writing (not WITHOUT ROWID), so that a file that was cut keeps what came before.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS artifact(key TEXT PRIMARY KEY, kind TEXT, body BLOB, sha TEXT);"
    "CREATE TABLE IF NOT EXISTS checkpoint(run TEXT PRIMARY KEY, at INTEGER, policy BLOB, progress BLOB,"
    " sha TEXT);"
    "CREATE TABLE IF NOT EXISTS evaluation(run TEXT, at INTEGER, body BLOB, sha TEXT, PRIMARY KEY(run, at));";

// One prepared statement, bound and read by position.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    ok_ = sqlite3_prepare_v2(db, sql, -1, &stmt_, nullptr) == SQLITE_OK;
  }
  ~Statement() { sqlite3_finalize(stmt_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& text(int i, const std::string& value) {
    ok_ = ok_ && sqlite3_bind_text(stmt_, i, value.data(), static_cast<int>(value.size()),
                                   SQLITE_TRANSIENT) == SQLITE_OK;
    return *this;
  }
  Statement& blob(int i, const std::string& value) {
    ok_ = ok_ && sqlite3_bind_blob64(stmt_, i, value.data(), value.size(), SQLITE_TRANSIENT) == SQLITE_OK;
    return *this;
  }
  Statement& integer(int i, int64_t value) {
    ok_ = ok_ && sqlite3_bind_int64(stmt_, i, value) == SQLITE_OK;
    return *this;
  }
  Statement& value(int i, const sqlite3_value* value) {
    ok_ = ok_ && sqlite3_bind_value(stmt_, i, value) == SQLITE_OK;
    return *this;
  }
  int step() { return ok_ ? sqlite3_step(stmt_) : SQLITE_ERROR; }
  std::string column(int i) const {
    const void* data = sqlite3_column_blob(stmt_, i);
    return data ? std::string(static_cast<const char*>(data),
                              static_cast<size_t>(sqlite3_column_bytes(stmt_, i)))
                : "";
  }
  const sqlite3_value* raw(int i) const { return sqlite3_column_value(stmt_, i); }  // until the next step
  int64_t number(int i) const { return sqlite3_column_int64(stmt_, i); }

 private:
  sqlite3* db_;
  sqlite3_stmt* stmt_ = nullptr;
  bool ok_ = false;
};

std::string pack(const Json& document) {
  std::string bytes;
  Json::to_cbor(document, bytes);
  return bytes;
}

bool sound(const std::string& body, const std::string& sha) {
  return sha256_hex(body) == sha;
}

// In every table two columns say what a row is, then come the bodies, and last the hash of the bodies.
struct Table {
  const char* name;
  int columns;
};

constexpr Table kTables[] = {{"artifact", 4}, {"evaluation", 4}, {"checkpoint", 5}};

bool row_is_sound(const Statement& row, int columns) {
  std::string bodies;
  for (int i = 2; i < columns - 1; ++i) bodies += row.column(i);
  return sound(bodies, row.column(columns - 1));
}

// Reads from both ends, because reading stops at the first damaged page.
size_t copy_whole_rows(sqlite3* from, sqlite3* to, const Table& table) {
  std::string marks = "?";
  for (int i = 1; i < table.columns; ++i) marks += ",?";
  const std::string insert = fmt::format("INSERT OR IGNORE INTO {} VALUES({})", table.name, marks);
  size_t kept = 0;
  for (const char* order : {"ASC", "DESC"}) {
    Statement row(from,
                  fmt::format("SELECT * FROM {} NOT INDEXED ORDER BY rowid {}", table.name, order).c_str());
    while (row.step() == SQLITE_ROW) {
      if (!row_is_sound(row, table.columns)) continue;
      Statement put(to, insert.c_str());
      for (int i = 0; i < table.columns; ++i) put.value(i + 1, row.raw(i));
      if (put.step() == SQLITE_DONE) kept += static_cast<size_t>(sqlite3_changes(to));
    }
  }
  return kept;
}

}  // namespace

std::unique_ptr<Store> Store::open(const std::string& path) {
  std::unique_ptr<Store> store(new Store());
  store->path_ = path;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code code;
  if (!folder.empty()) std::filesystem::create_directories(folder, code);
  if (code) throw Error::outside("cannot make the folder: " + code.message()).at(folder.string());
  store->lock_ = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (store->lock_ < 0) throw Error::outside("cannot write here").at(path + ".lock");
  if (flock(store->lock_, LOCK_EX | LOCK_NB) != 0) {
    throw Error::outside("another process is using this run store")
        .at(path)
        .hint("wait for it, or use another --out");
  }
  const bool opened = sqlite3_open_v2(path.c_str(), &store->db_,
                                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                                      nullptr) == SQLITE_OK;
  if (!opened) store->fail("open the run store");
  sqlite3_busy_timeout(store->db_, 10000);
  if (!store->whole()) store->salvage();
  store->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
  store->execute(kSchema);
  return store;
}

Store::~Store() {
  sqlite3_close(db_);
  if (lock_ >= 0) ::close(lock_);
}

void Store::fail(const std::string& doing) {
  const int code = sqlite3_errcode(db_);
  Error error = Error::outside(fmt::format("cannot {}: {}", doing, sqlite3_errmsg(db_)));
  error.at(path_);
  if (code == SQLITE_FULL || code == SQLITE_IOERR)
    error.hint("the disk may be full; nothing was half-written, run again to go on");
  throw error;
}

void Store::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("write the run store");
}

bool Store::whole() {
  Statement check(db_, "PRAGMA quick_check(1)");
  return check.step() == SQLITE_ROW && check.column(0) == "ok";
}

// Copies every row that still reads and whose hash still fits from the damaged file to a new one.
void Store::salvage() {
  sqlite3_close(db_);
  db_ = nullptr;
  const std::string aside = path_ + ".damaged";
  std::error_code code;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(aside + suffix, code);
    std::filesystem::rename(path_ + suffix, aside + suffix, code);
  }
  if (sqlite3_open(path_.c_str(), &db_) != SQLITE_OK) fail("make a new run store");
  execute(kSchema);
  sqlite3* old = nullptr;
  sqlite3_open_v2(aside.c_str(), &old, SQLITE_OPEN_READWRITE, nullptr);
  // Without this SQLite reads nothing at all from a file that is shorter than its header says.
  sqlite3_exec(old, "PRAGMA writable_schema=ON", nullptr, nullptr, nullptr);
  execute("BEGIN");
  size_t kept = 0;
  for (const Table& table : kTables) kept += copy_whole_rows(old, db_, table);
  execute("COMMIT");
  sqlite3_close(old);
  recovered_ = fmt::format(
      "the run store was damaged: {} whole records were kept, the rest is computed again (old file: {})",
      kept, aside);
}

std::optional<std::string> Store::artifact(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Statement get(db_, "SELECT body, sha FROM artifact WHERE key = ?");
  if (get.text(1, key).step() != SQLITE_ROW || !sound(get.column(0), get.column(1))) return std::nullopt;
  return get.column(0);
}

void Store::put_artifact(const std::string& key, const std::string& kind, const std::string& body) {
  const std::lock_guard lock(mutex_);
  Statement put(db_, "INSERT OR REPLACE INTO artifact VALUES(?,?,?,?)");
  if (put.text(1, key).text(2, kind).blob(3, body).text(4, sha256_hex(body)).step() != SQLITE_DONE) {
    fail("write the run store");
  }
}

void Store::drop_artifact(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Statement drop(db_, "DELETE FROM artifact WHERE key = ?");
  if (drop.text(1, key).step() != SQLITE_DONE) fail("write the run store");
}

bool Store::empty() {
  const std::lock_guard lock(mutex_);
  Statement any(db_, "SELECT EXISTS(SELECT 1 FROM artifact) OR EXISTS(SELECT 1 FROM checkpoint)");
  return any.step() == SQLITE_ROW && any.number(0) == 0;
}

std::optional<Checkpoint> Store::newest_checkpoint(const std::string& run) {
  const std::lock_guard lock(mutex_);
  Statement get(db_, "SELECT at, policy, progress, sha FROM checkpoint WHERE run = ?");
  if (get.text(1, run).step() != SQLITE_ROW) return std::nullopt;
  Checkpoint out;
  out.update = static_cast<int>(get.number(0));
  out.policy = get.column(1);
  if (!sound(out.policy + get.column(2), get.column(3))) return std::nullopt;
  out.progress = Json::from_cbor(get.column(2));
  return out;
}

void Store::put_checkpoint(const std::string& run, const Checkpoint& checkpoint) {
  const std::string progress = pack(checkpoint.progress), evaluation = pack(checkpoint.evaluation);
  const std::lock_guard lock(mutex_);
  execute("BEGIN IMMEDIATE");
  Statement rows(db_, "INSERT OR REPLACE INTO evaluation VALUES(?,?,?,?)");
  rows.text(1, run).integer(2, checkpoint.update).blob(3, evaluation).text(4, sha256_hex(evaluation));
  Statement state(db_, "INSERT OR REPLACE INTO checkpoint VALUES(?,?,?,?,?)");
  state.text(1, run).integer(2, checkpoint.update).blob(3, checkpoint.policy).blob(4, progress);
  state.text(5, sha256_hex(checkpoint.policy + progress));
  if (rows.step() != SQLITE_DONE || state.step() != SQLITE_DONE) {
    const Error error = [&] {
      try {
        fail("write the run store");
      } catch (const Error& caught) {
        return caught;
      }
    }();
    sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    throw error;
  }
  execute("COMMIT");
}

std::vector<std::pair<int, Json>> Store::evaluations(const std::string& run) {
  const std::lock_guard lock(mutex_);
  Statement get(db_, "SELECT at, body, sha FROM evaluation WHERE run = ? ORDER BY at");
  get.text(1, run);
  std::vector<std::pair<int, Json>> out;
  while (get.step() == SQLITE_ROW) {
    if (sound(get.column(1), get.column(2)))
      out.emplace_back(static_cast<int>(get.number(0)), Json::from_cbor(get.column(1)));
  }
  return out;
}

}  // namespace gradus
