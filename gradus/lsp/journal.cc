#include "gradus/lsp/journal.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include "gradus/base/json.h"
#include "gradus/lsp/status.h"

namespace gradus {

namespace {

constexpr const char* kFormat = "gradus-apply/1";
constexpr const char* kNextName = ".gradus-apply.json.new";
constexpr size_t kMaxFiles = 10'000;

LspError failed(const std::string& what, const std::string& name) {
  return LspError(Status::fs_permissions, Error::outside(what)
                                              .at(name)
                                              .found(std::generic_category().message(errno))
                                              .hint("nothing was changed"));
}

LspError damaged(const std::string& what) {
  return LspError(
      Status::apply_conflict,
      Error::outside("the journal of an interrupted apply cannot be used: " + what)
          .at(kJournalName)
          .hint("look at the .gradus-apply-* files, restore what you need and delete the journal"));
}

Json hash_json(const std::optional<std::string>& hash) {
  return hash ? Json(*hash) : Json(nullptr);
}

std::optional<std::string> hash_of(const Json& entry, const char* key) {
  const Json& value = entry.at(key);
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

std::string name_of(const Json& entry, const char* key) {
  const std::string name = entry.at(key).get<std::string>();
  if (!name.starts_with(".gradus-apply-") || name.find('/') != std::string::npos) {
    throw damaged("it has a name that no apply gives");
  }
  return name;
}

Journal journal_of(const Json& document) {
  if (document.at("format") != kFormat) throw damaged("its format is unknown");
  Journal journal;
  journal.done = document.at("done").get<bool>();
  if (document.at("files").size() > kMaxFiles) throw damaged("it has more than 10,000 files");
  for (const Json& entry : document.at("files")) {
    journal.files.push_back({entry.at("path").get<std::string>(), name_of(entry, "temp"),
                             name_of(entry, "backup"), hash_of(entry, "before"), hash_of(entry, "after")});
  }
  journal.folders = document.at("folders").get<std::vector<std::string>>();
  return journal;
}

JailPlace in_root(const Jail& jail, const char* name) {
  return {Descriptor(fcntl(jail.descriptor(), F_DUPFD_CLOEXEC, 0)), name, name};
}

}  // namespace

void write_durable(const Descriptor& folder, const std::string& name, const std::string& bytes, mode_t mode,
                   uid_t owner, gid_t group) {
  const Descriptor file(
      openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) throw failed("cannot create a file beside the target", name);
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw failed("cannot write the new content", name);
    done += static_cast<size_t>(count);
  }
  struct stat info;
  if (fstat(file.get(), &info) != 0) throw failed("cannot look at the new file", name);
  const bool other_owner = (owner != static_cast<uid_t>(-1) && owner != info.st_uid) ||
                           (group != static_cast<gid_t>(-1) && group != info.st_gid);
  if (other_owner && fchown(file.get(), owner, group) != 0) {
    throw failed("cannot keep the owner of the file", name);
  }
  if (fchmod(file.get(), mode) != 0) throw failed("cannot keep the permissions of the file", name);
  if (fsync(file.get()) != 0) throw failed("cannot make the new content durable", name);
}

void write_journal(const Jail& jail, const Journal& journal) {
  Json files = Json::array();
  for (const JournalEntry& entry : journal.files) {
    files.push_back({{"path", entry.path},
                     {"temp", entry.temp},
                     {"backup", entry.backup},
                     {"before", hash_json(entry.before)},
                     {"after", hash_json(entry.after)}});
  }
  const Json document = {
      {"format", kFormat}, {"done", journal.done}, {"files", files}, {"folders", journal.folders}};
  const JailPlace next = in_root(jail, kNextName);
  unlinkat(next.folder.get(), kNextName, 0);
  try {
    write_durable(next.folder, kNextName, document.dump() + "\n", 0600);
    if (renameat(next.folder.get(), kNextName, next.folder.get(), kJournalName) != 0 ||
        fsync(next.folder.get()) != 0) {
      throw failed("cannot write the journal", kJournalName);
    }
  } catch (const Error&) {
    unlinkat(next.folder.get(), kNextName, 0);
    throw;
  }
}

std::optional<Journal> read_journal(const Jail& jail) {
  const std::optional<FileState> file = jail.read(in_root(jail, kJournalName));
  if (!file) {
    unlinkat(jail.descriptor(), kNextName, 0);  // of a writer that was killed before it counted
    return std::nullopt;
  }
  try {
    return journal_of(Json::parse(file->bytes));
  } catch (const Json::exception& error) {
    throw damaged(error.what());
  }
}

void remove_journal(const Jail& jail) {
  unlinkat(jail.descriptor(), kNextName, 0);  // of a writer that was killed on its way to the mark
  if ((unlinkat(jail.descriptor(), kJournalName, 0) != 0 && errno != ENOENT) ||
      fsync(jail.descriptor()) != 0) {
    throw failed("cannot remove the journal", kJournalName);
  }
}

}  // namespace gradus
