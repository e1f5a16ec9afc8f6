#include "gradus/tool/clang/reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

#include "gradus/tool/c_unit.h"
#include "gradus/tool/clang/c_expression.h"
#include "gradus/tool/clang/c_flow.h"
#include "gradus/tool/clang/cursor.h"
#include "gradus/tool/clang/libclang.h"

namespace gradus {

namespace {

constexpr size_t kFunctionsPerUnit = 256;

// Reads the statements of one function body out of the syntax tree.
class BodyReader {
 public:
  // `small_letters`: the function has parameters, and all their names begin with small letters.
  BodyReader(const CUnit& unit, bool small_letters)
      : text_(unit.text), small_letters_(small_letters), expressions_(unit.text) {}

  CFunctionBody read(CXCursor compound) {
    for (const CXCursor child : children(compound)) read_statement(child);
    for (const CFinding& finding : expressions_.findings(body_)) body_.findings.push_back(finding);
    return std::move(body_);
  }

 private:
  void write(CXCursor target, CStatement& statement) {
    const CXCursor variable = libclang().getCursorReferenced(target);
    if (libclang().getCursorLinkage(variable) != CXLinkage_NoLinkage ||
        libclang().Cursor_getStorageClass(variable) == CX_SC_Static) {
      body_.straight = false;
    }
    statement.writes.push_back(take(libclang().getCursorSpelling(target)));
  }

  void walk_binary(CXCursor cursor, CStatement& statement) {
    const std::vector<CXCursor> sides = children(cursor);
    if (sides.size() != 2 || operator_between(text_, sides[0], sides[1]) != "=") {
      for (const CXCursor side : sides) walk(side, statement);
      return;
    }
    walk(sides[1], statement);
    const CXCursor target = strip(sides[0]);
    if (libclang().getCursorKind(target) == CXCursor_DeclRefExpr) {
      write(target, statement);
    } else {
      walk(target, statement);
    }
  }

  // Compound assignments and ++, --, & both read and write, or take an address: not worth a finer account.
  void walk_unary(CXCursor cursor, CStatement& statement) {
    const std::string_view text = text_of(text_, cursor);
    const bool plain = !text.empty() && text.back() != '+' && text.back() != '-' && text.front() != '&' &&
                       text.substr(0, 2) != "++" && text.substr(0, 2) != "--";
    if (!plain) body_.straight = false;
    for (const CXCursor child : children(cursor)) walk(child, statement);
  }

  void walk(CXCursor cursor, CStatement& statement) {
    expressions_.visit(cursor, line_);
    switch (libclang().getCursorKind(cursor)) {
      case CXCursor_BinaryOperator:
        return walk_binary(cursor, statement);
      case CXCursor_UnaryOperator:
        return walk_unary(cursor, statement);
      case CXCursor_DeclRefExpr:
        statement.reads.push_back(take(libclang().getCursorSpelling(cursor)));
        return;
      case CXCursor_CompoundAssignOperator:
      case CXCursor_CompoundStmt:
      case CXCursor_IfStmt:
      case CXCursor_ForStmt:
      case CXCursor_WhileStmt:
      case CXCursor_DoStmt:
      case CXCursor_SwitchStmt:
      case CXCursor_GotoStmt:
      case CXCursor_StmtExpr:
        body_.straight = false;
        break;
      case CXCursor_LabelStmt:
        body_.straight = false;
        body_.labelled = true;
        break;
      default:
        break;
    }
    const bool block = libclang().getCursorKind(cursor) == CXCursor_CompoundStmt;
    for (const CXCursor child : children(cursor)) {
      if (block) line_ = line_of(child);
      walk(child, statement);
    }
  }

  void read_declaration(CXCursor cursor, CStatement& statement) {
    statement.declaration = true;
    const std::vector<CXCursor> variables = children(cursor);
    for (const CXCursor variable : variables) {
      if (libclang().getCursorKind(variable) != CXCursor_VarDecl ||
          libclang().Cursor_getStorageClass(variable) == CX_SC_Static) {
        body_.straight = false;
        continue;
      }
      const std::string name = take(libclang().getCursorSpelling(variable));
      if (small_letters_ && !name.empty() && std::isupper(static_cast<unsigned char>(name[0])) != 0)
        body_.findings.push_back({CFact::odd_name, line_});
      for (const CXCursor value : children(variable)) {
        walk(value, statement);
        expressions_.declare(name, value);
        if (variables.size() == 1) statement.copies = name_of(value);
        statement.writes.push_back(name);
      }
    }
  }

  // The variable that an expression is, and nothing else; "": it is more.
  static std::string name_of(CXCursor expression) {
    const CXCursor value = strip(expression);
    return libclang().getCursorKind(value) == CXCursor_DeclRefExpr ? take(libclang().getCursorSpelling(value))
                                                                   : "";
  }

  void read_statement(CXCursor cursor) {
    const CXCursorKind kind = libclang().getCursorKind(cursor);
    if (kind == CXCursor_NullStmt) return;
    CStatement statement;
    line_ = statement.line = line_of(cursor);
    statement.text = single_spaced(text_of(text_, cursor));
    statement.returns = kind == CXCursor_ReturnStmt;
    const std::vector<CXCursor> parts = children(cursor);
    if (statement.returns && parts.size() == 1) statement.returned = name_of(parts[0]);
    if (kind == CXCursor_DeclStmt) {
      read_declaration(cursor, statement);
    } else {
      walk(cursor, statement);
    }
    statement.assignment = kind == CXCursor_BinaryOperator && statement.writes.size() == 1;
    statement.itself = statement.assignment && parts.size() == 2 && name_of(parts[1]) == statement.writes[0];
    body_.statements.push_back(std::move(statement));
  }

  const std::string& text_;
  bool small_letters_;
  int line_ = 0;  // where the statement begins that is being read
  ExpressionReader expressions_;
  CFunctionBody body_;
};

bool small_letters(CXCursor function) {
  size_t parameters = 0, small = 0;
  for (const CXCursor part : children(function)) {
    if (libclang().getCursorKind(part) != CXCursor_ParmDecl) continue;
    const std::string name = take(libclang().getCursorSpelling(part));
    ++parameters;
    if (!name.empty() && std::islower(static_cast<unsigned char>(name[0])) != 0) ++small;
  }
  return parameters > 0 && small == parameters;
}

// A statement that does not compile reads every name on its line.
void add_broken_lines(CFunctionBody& body, const std::vector<int>& broken, const std::string& text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  for (const int line : broken) {
    if (line < 1 || static_cast<size_t>(line) > lines.size()) continue;
    CStatement statement;
    statement.line = line;
    statement.reads = c_words(lines[static_cast<size_t>(line) - 1]);
    const auto after = std::find_if(body.statements.begin(), body.statements.end(),
                                    [&](const CStatement& other) { return other.line >= line; });
    body.statements.insert(after, std::move(statement));
  }
}

class Parsed {
 public:
  explicit Parsed(const CUnit& unit) : index_(libclang().createIndex(0, 0)) {
    static constexpr std::array<const char*, 11> options = {"-xc",
                                                            "-std=c11",
                                                            "-Wno-everything",
                                                            "-Wunused-variable",
                                                            "-Wunused-but-set-variable",
                                                            "-Wself-assign",
                                                            "-nostdinc",
                                                            "-nobuiltininc",
                                                            "-undef",
                                                            "-ferror-limit=0",
                                                            "-fno-caret-diagnostics"};
    CXUnsavedFile file{"function.c", unit.text.c_str(), unit.text.size()};
    const CXErrorCode code = libclang().parseTranslationUnit2(index_, "function.c", options.data(),
                                                              static_cast<int>(options.size()), &file, 1,
                                                              CXTranslationUnit_None, &parsed_);
    // libclang caught a crash of its own, say: nothing that it says after this can be trusted.
    if (code != CXError_Success) _exit(clang_child::gave_up + static_cast<int>(code));
  }
  ~Parsed() {
    libclang().disposeTranslationUnit(parsed_);
    libclang().disposeIndex(index_);
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  CXTranslationUnit get() const { return parsed_; }

 private:
  CXIndex index_;
  CXTranslationUnit parsed_ = nullptr;
};

struct UnitFindings {
  std::vector<std::vector<CFinding>> findings;  // lines of the unit
  std::vector<std::vector<int>> broken;         // lines of the unit with an error
};

UnitFindings read_diagnostics(const CUnit& unit, CXTranslationUnit parsed) {
  UnitFindings out;
  out.findings.resize(unit.functions.size());
  out.broken.resize(unit.functions.size());
  for (unsigned i = 0; i < libclang().getNumDiagnostics(parsed); ++i) {
    const CXDiagnostic diagnostic = libclang().getDiagnostic(parsed, i);
    const int line = static_cast<int>(position(libclang().getDiagnosticLocation(diagnostic)).line);
    const size_t f = unit.function_at(line);
    const std::string option = take(libclang().getDiagnosticOption(diagnostic, nullptr));
    if (libclang().getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
      out.broken[f].push_back(line);
    } else if (option == "-Wself-assign") {
      out.findings[f].push_back({CFact::self_assignment, line});
    } else if (option == "-Wunused-variable" || option == "-Wunused-but-set-variable") {
      out.findings[f].push_back({CFact::unused_variable, line});
    }
    libclang().disposeDiagnostic(diagnostic);
  }
  return out;
}

// Facts of every function of a unit. A shared unit must compile whole, because the parser's recovery from an
// error can swallow what follows. Where one has an error nothing is said: `alone` receives the functions with
// errors, `again` the others.
void judge_unit(const CUnit& unit, std::vector<CFunctionFacts>& facts, std::vector<size_t>& alone,
                std::vector<size_t>& again) {
  clang_child::restart_clock();
  const Parsed parsed(unit);
  UnitFindings found = read_diagnostics(unit, parsed.get());
  const bool shared = unit.functions.size() > 1;
  const auto is_broken = [](const std::vector<int>& lines) { return !lines.empty(); };
  if (shared && std::any_of(found.broken.begin(), found.broken.end(), is_broken)) {
    for (size_t f = 0; f < unit.functions.size(); ++f) {
      (found.broken[f].empty() ? again : alone).push_back(unit.functions[f]);
    }
    return;
  }
  for (const CXCursor cursor : children(libclang().getTranslationUnitCursor(parsed.get()))) {
    if (libclang().getCursorKind(cursor) != CXCursor_FunctionDecl || !libclang().isCursorDefinition(cursor))
      continue;
    const int line = static_cast<int>(position(libclang().getCursorLocation(cursor)).line);
    const size_t f = unit.function_at(line);
    for (const CXCursor part : children(cursor)) {
      if (libclang().getCursorKind(part) != CXCursor_CompoundStmt) continue;
      CFunctionBody body = BodyReader(unit, small_letters(cursor)).read(part);
      std::vector<int>& broken = found.broken[f];
      std::sort(broken.begin(), broken.end());
      broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
      if (!broken.empty()) add_broken_lines(body, broken, unit.text);
      for (const CFinding& finding : flow_findings(body)) found.findings[f].push_back(finding);
    }
  }
  for (size_t f = 0; f < unit.functions.size(); ++f) {
    std::vector<CFinding>& findings = found.findings[f];
    for (CFinding& finding : findings) finding.line -= unit.first_line[f] - 1;
    std::sort(findings.begin(), findings.end());
    findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
    facts[unit.functions[f]] = {"", found.broken[f].empty(), std::move(findings)};
  }
}

}  // namespace

void clang_child::restart_clock() {
  const itimerval timer = {{0, 0}, {unit_seconds, 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);  // SIGPROF ends the process at its limit
}

std::vector<CFunctionFacts> read_c_functions(std::span<const std::string> sources) {
  std::vector<CFunctionFacts> facts(sources.size());
  std::vector<std::string> names(sources.size());
  std::vector<size_t> shared, alone;
  for (size_t i = 0; i < sources.size(); ++i) {
    names[i] = shareable_name(sources[i]);
    (names[i].empty() ? alone : shared).push_back(i);
  }
  for (size_t begin = 0; begin < shared.size(); begin += kFunctionsPerUnit) {
    const size_t count = std::min(kFunctionsPerUnit, shared.size() - begin);
    std::vector<size_t> part(shared.begin() + static_cast<std::ptrdiff_t>(begin),
                             shared.begin() + static_cast<std::ptrdiff_t>(begin + count));
    for (std::vector<size_t> again; !part.empty(); part = std::exchange(again, {})) {
      judge_unit(join_functions(sources, names, part), facts, alone, again);
    }
  }
  std::vector<size_t> none;
  for (const size_t i : alone)
    judge_unit(join_functions(sources, names, std::span(&i, 1)), facts, none, none);
  return facts;
}

std::string version_of_libclang() {
  return take(libclang().getClangVersion());
}

}  // namespace gradus
