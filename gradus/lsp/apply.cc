#include "gradus/lsp/apply.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>

#include "gradus/lsp/diff.h"
#include "gradus/lsp/journal.h"

namespace gradus {

namespace {

constexpr int kLockTries = 250;     // of 20 ms each
constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE of renameat2(2)

LspError failed(const std::string& what, const std::string& path) {
  return LspError(Status::fs_permissions, Error::outside(what)
                                              .at(path)
                                              .found(std::generic_category().message(errno))
                                              .hint("nothing was changed"));
}

// One apply or recovery at a time in one workspace. The lock is the kernel's: it ends with the process.
class Lock {
 public:
  explicit Lock(const Jail& jail)
      : root_(openat(jail.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    for (int i = 0; i < kLockTries; ++i) {
      if (flock(root_.get(), LOCK_EX | LOCK_NB) == 0) return;
      if (errno != EWOULDBLOCK && errno != EINTR) throw failed("cannot lock the workspace", jail.root());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw LspError(Status::apply_conflict, Error::outside("another apply has been running here for 5 seconds")
                                               .at(jail.root())
                                               .hint("wait for it; nothing was changed"));
  }

 private:
  Descriptor root_;
};

ConflictError changed(const PlannedFile& file, const std::optional<FileState>& now) {
  const std::string before = file.before ? file.before->bytes : "", found = now ? now->bytes : "";
  const Json hunk = {{"path", file.path},
                     {"reason", "content"},
                     {"expected", file.before ? Json(file.before->hash) : Json(nullptr)},
                     {"found", now ? Json(now->hash) : Json(nullptr)},
                     {"hunks", hunks_json(diff_hunks(before, found))}};
  return ConflictError(Status::content_modified,
                       Error::outside("the file changed after the edit was computed")
                           .at(file.path)
                           .hint("run the command again; nothing was changed"),
                       Json::array({hunk}));
}

std::optional<std::string> hash_of(const std::optional<FileState>& state) {
  return state ? std::optional(state->hash) : std::nullopt;
}

// Nothing where a folder on the way is missing.
std::optional<JailPlace> place_of(const Jail& jail, const std::string& path) {
  try {
    return jail.place(path);
  } catch (const LspError& error) {
    if (error.status() == Status::not_found) return std::nullopt;
    throw;
  }
}

class Recoverer {
 public:
  Recoverer(const Jail& jail, const Journal& journal) : jail_(jail), journal_(journal) {}

  Recovery run() {
    Recovery out{.found = true, .completed = journal_.done};
    for (const JournalEntry& entry : journal_.files) settle(entry, out);
    for (auto folder = journal_.folders.rbegin(); folder != journal_.folders.rend(); ++folder) {
      if (!journal_.done) remove_folder(*folder);
    }
    remove_journal(jail_);
    return out;
  }

 private:
  void settle(const JournalEntry& entry, Recovery& out) {
    const std::optional<JailPlace> place = place_of(jail_, entry.path);
    if (!place) return;  // its folder was not made yet
    const bool whole = journal_.done || restore(entry, *place, out);
    unlinkat(place->folder.get(), entry.temp.c_str(), 0);
    if (whole) unlinkat(place->folder.get(), entry.backup.c_str(), 0);
    fsync(place->folder.get());
  }

  // False where the target is neither old nor new, or its old content is gone.
  bool restore(const JournalEntry& entry, const JailPlace& target, Recovery& out) {
    const std::optional<std::string> now = hash_at(target);
    if (now == entry.before) return true;
    bool put_back = false;
    if (now == entry.after && entry.before) {
      const JailPlace backup{Descriptor(fcntl(target.folder.get(), F_DUPFD_CLOEXEC, 0)), entry.backup,
                             entry.path};
      put_back = hash_at(backup) == entry.before && renameat(backup.folder.get(), entry.backup.c_str(),
                                                             target.folder.get(), target.name.c_str()) == 0;
    } else if (now == entry.after) {
      put_back = unlinkat(target.folder.get(), target.name.c_str(), 0) == 0;
    }
    (put_back ? out.restored : out.kept).push_back(entry.path);
    return put_back;
  }

  // The hash of what is there; of something that cannot be read, a text that is no hash.
  std::optional<std::string> hash_at(const JailPlace& place) const {
    try {
      return hash_of(jail_.read(place));
    } catch (const LspError&) {
      return "unreadable";
    }
  }

  void remove_folder(const std::string& path) const {
    const std::optional<JailPlace> place = place_of(jail_, path);
    if (place)
      unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR);  // stays where others used it
  }

  const Jail& jail_;
  const Journal& journal_;
};

Recovery recover_locked(const Jail& jail) {
  const std::optional<Journal> journal = read_journal(jail);
  return journal ? Recoverer(jail, *journal).run() : Recovery{};
}

class Applier {
 public:
  Applier(const Jail& jail, const EditPlan& plan) : jail_(jail), plan_(plan) {}

  void run() {
    verify();
    write_journal(jail_, journal_);
    try {
      for (const std::string& folder : journal_.folders) make_folder(folder);
      for (size_t i = 0; i < plan_.files.size(); ++i) prepare(i);
      sync_folders();
      for (size_t i = 0; i < plan_.files.size(); ++i) replace(i);
      sync_folders();
      Journal done = journal_;
      done.done = true;
      write_journal(jail_, done);
    } catch (...) {
      // What the journal on disk says decides, as it would after a crash: the mark may stand although writing
      // it failed.
      if (!recover_locked(jail_).completed) throw;
      return;
    }
    recover_locked(jail_);
  }

 private:
  // Nothing is written here.
  void verify() {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) throw failed("no random number", jail_.root());
    std::set<std::string> folders;
    for (size_t i = 0; i < plan_.files.size(); ++i) {
      const PlannedFile& file = plan_.files[i];
      jail_.permit(file.path);
      const std::optional<JailPlace> place = place_of(jail_, file.path);
      if (place) {
        if (place->path != file.path) throw moved(file);
        jail_.check_writable(*place);
        check_content(file, *place);
      } else {
        if (file.before) throw changed(file, std::nullopt);
        add_missing_folders(file.path, folders);
      }
      const std::string stem = fmt::format(".gradus-apply-{:016x}-{}", number, i);
      const std::optional<std::string> after =
          file.after ? std::optional(sha256_hex(*file.after)) : std::nullopt;
      journal_.files.push_back({file.path, stem + ".new", stem + ".old", hash_of(file.before), after});
    }
    journal_.folders.assign(folders.begin(), folders.end());  // an outer folder sorts before an inner one
  }

  static LspError moved(const PlannedFile& file) {
    return LspError(Status::content_modified, Error::outside("a symbolic link on the way changed")
                                                  .at(file.path)
                                                  .hint("run the command again; nothing was changed"));
  }

  void check_content(const PlannedFile& file, const JailPlace& place) const {
    const std::optional<FileState> now = jail_.read(place);
    if (hash_of(now) != hash_of(file.before)) throw changed(file, now);
  }

  void add_missing_folders(const std::string& path, std::set<std::string>& folders) const {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string folder = path.substr(0, slash);
      if (!place_of(jail_, folder + "/x")) folders.insert(folder);
    }
  }

  void make_folder(const std::string& path) const {
    const JailPlace place = jail_.place(path);
    if (mkdirat(place.folder.get(), place.name.c_str(), 0777) != 0)
      throw failed("cannot make a folder", path);
    fsync(place.folder.get());
  }

  void prepare(size_t i) {
    const PlannedFile& file = plan_.files[i];
    places_.push_back(jail_.place(file.path));
    const JailPlace& place = places_.back();
    const JournalEntry& entry = journal_.files[i];
    if (file.before) {
      write_durable(place.folder, entry.backup, file.before->bytes, file.before->mode, file.before->owner,
                    file.before->group);
    }
    if (!file.after) return;
    if (file.before) {
      write_durable(place.folder, entry.temp, *file.after, file.mode, file.before->owner, file.before->group);
    } else {
      write_durable(place.folder, entry.temp, *file.after, file.mode);
    }
  }

  void replace(size_t i) const {
    const PlannedFile& file = plan_.files[i];
    const JailPlace& place = places_[i];
    const int folder = place.folder.get();
    check_content(file, place);
    const std::string& temp = journal_.files[i].temp;
    int code = 0;
    if (!file.after) {
      if (!file.before) return;  // to be removed, and gone already when the plan was made
      code = unlinkat(folder, place.name.c_str(), 0);
    } else if (file.before) {
      code = renameat(folder, temp.c_str(), folder, place.name.c_str());
    } else {
      code = renameat2(folder, temp.c_str(), folder, place.name.c_str(), kNoReplace);
      // Not every file system knows the flag.
      if (code != 0 && errno == EINVAL) code = renameat(folder, temp.c_str(), folder, place.name.c_str());
    }
    if (code != 0) throw failed("cannot put the new content in its place", file.path);
  }

  void sync_folders() const {
    for (const JailPlace& place : places_) {
      if (fsync(place.folder.get()) != 0) throw failed("cannot make a folder durable", place.path);
    }
  }

  const Jail& jail_;
  const EditPlan& plan_;
  Journal journal_;
  std::vector<JailPlace> places_;
};

}  // namespace

void apply_plan(const Jail& jail, const EditPlan& plan) {
  if (plan.files.empty()) return;
  const Lock lock(jail);
  const Recovery earlier = recover_locked(jail);
  if (!earlier.kept.empty()) {
    throw LspError(
        Status::apply_conflict,
        Error::outside("an apply was interrupted here and this file changed since")
            .at(earlier.kept[0])
            .hint("its content before lies beside it as .gradus-apply-*.old; nothing was changed now"));
  }
  Applier(jail, plan).run();
}

Recovery recover(const Jail& jail) {
  const Lock lock(jail);
  return recover_locked(jail);
}

bool apply_pending(const Jail& jail) {
  return faccessat(jail.descriptor(), kJournalName, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace gradus
