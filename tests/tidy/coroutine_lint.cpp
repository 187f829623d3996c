// Finds the expressions that g++ 12 compiles into a double destruction: a full-expression holding a
// co_await together with an aggregate written in braces, a lambda that owns what it captures, or
// ?:; and a co_return of bare braces.
//
// Works on tokens, not on the grammar, so it errs on the side of complaining: name the temporary on
// the line above and the complaint goes away.

#include <algorithm>
#include <cctype>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Token {
    std::string text;
    int line = 0;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool one_of(std::string_view text, std::initializer_list<std::string_view> set) {
    return std::find(set.begin(), set.end(), text) != set.end();
}

// Comments and preprocessor lines are dropped; a literal leaves the token "0" behind.
class Tokeniser {
public:
    explicit Tokeniser(std::string_view source) : source_(source) {}

    std::vector<Token> all() {
        while (at_ < source_.size()) one();
        return std::move(tokens_);
    }

private:
    bool ahead(std::string_view text) const { return source_.substr(at_, text.size()) == text; }
    void skip(std::size_t end) {
        end = std::min(end, source_.size());
        for (; at_ < end; ++at_) line_ += source_[at_] == '\n';
    }
    void skip_past(std::string_view text) {
        const auto found = source_.find(text, at_);
        skip(found == std::string_view::npos ? source_.size() : found + text.size());
    }
    void add(std::string_view text) { tokens_.push_back({std::string(text), line_}); }

    void one() {
        const char c = source_[at_];
        if (is_space(c)) return skip(at_ + 1);
        if (ahead("//")) return skip(source_.find('\n', at_));
        if (ahead("/*")) return skip_past("*/");
        if (c == '#') return directive();
        if (ahead("R\"")) return raw_string();
        const bool digit_separator = c == '\'' && at_ > 0 && is_word(source_[at_ - 1]);
        if (c == '"' || (c == '\'' && !digit_separator)) return literal(c);
        std::size_t end = at_ + (ahead("->") || ahead("::") ? 2U : 1U);
        if (is_word(c)) {
            while (end < source_.size() && (is_word(source_[end]) || source_[end] == '\'')) ++end;
        }
        add(source_.substr(at_, end - at_));
        skip(end);
    }

    void directive() {
        auto end = at_;
        do {
            end = source_.find('\n', end + 1);
        } while (end != std::string_view::npos && source_[end - 1] == '\\');
        skip(end);
    }

    void raw_string() {
        const auto open = source_.find('(', at_);
        const std::string close = ")" + std::string(source_.substr(at_ + 2, open - at_ - 2)) + "\"";
        add("0");
        skip_past(close);
    }

    void literal(char quote) {
        auto end = at_ + 1;
        while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
        add("0");
        skip(end + 1);
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::vector<Token> tokens_;
};

// What has been seen in the statement, or the header of a block, being read.
struct Statement {
    std::string first, kind;
    int awaits_at = 0;
    bool braces = false, owning_lambda = false, ternary = false, arrow = false;
};

class Lint {
public:
    Lint(std::string path, std::vector<Token> tokens)
        : path_(std::move(path)), tokens_(std::move(tokens)) {}

    int run() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) look(tokens_[at_].text);
        end_statement();
        return found_;
    }

private:
    struct Frame {
        bool block = true;  // of statements, not a braced initialiser
        Statement outer;    // what the enclosing statement had seen when this began
        int parentheses = 0;
    };

    std::string previous() const { return at_ > 0 ? tokens_[at_ - 1].text : ""; }

    void complain(int line, std::string_view what) {
        std::cout << path_ << ':' << line << ": " << what << "; name it first\n";
        ++found_;
    }

    void end_statement() {
        if (now_.awaits_at > 0) {
            const std::string with = "co_await shares its expression with ";
            if (now_.owning_lambda) {
                complain(now_.awaits_at, with + "a lambda that owns its captures");
            } else if (now_.braces) {
                complain(now_.awaits_at, with + "a braced temporary");
            } else if (now_.ternary) {
                complain(now_.awaits_at, with + "?:");
            }
        }
        now_ = Statement();
    }

    void look(const std::string& text) {
        if (now_.first.empty() && text != "{" && text != "}") now_.first = text;
        if (one_of(text, {"struct", "class", "enum", "union", "namespace"})) now_.kind = text;
        if (text == "co_await") now_.awaits_at = tokens_[at_].line;
        if (text == "?") now_.ternary = true;
        if (text == "->") now_.arrow = true;
        if (text == "(") {
            ++parentheses_;
            if (previous() != "->") now_.arrow = false;
        }
        if (text == ")") --parentheses_;
        if (text == "[") captures();
        if (text == "{") open();
        if (text == "}") close();
        if (text == ";") semicolon();
    }

    // A lambda's captures; not an index, nor an attribute, which opens with two brackets.
    void captures() {
        const std::string before = previous();
        const bool value_before = !before.empty() && is_word(before.back()) &&
                                  !one_of(before, {"co_await", "return", "co_return"});
        if (value_before || one_of(before, {")", "]", "["})) return;
        auto end = at_ + 1;
        if (end < tokens_.size() && tokens_[end].text == "[") return;
        bool item_starts = true, owns = false;
        for (int depth = 1; end < tokens_.size(); ++end) {
            const std::string& text = tokens_[end].text;
            if (one_of(text, {"[", "(", "{"})) ++depth;
            if (one_of(text, {"]", ")", "}"}) && --depth == 0) break;
            if (depth == 1 && item_starts && !one_of(text, {"&", "this"})) owns = true;
            item_starts = depth == 1 && text == ",";
        }
        now_.owning_lambda = now_.owning_lambda || owns;
        at_ = end;
    }

    bool opens_block(const std::string& before) const {
        if (one_of(before, {"=", ",", "(", "return", "co_return"})) return false;
        const bool word = !before.empty() && is_word(before.back());
        return before.empty() || !now_.kind.empty() || (now_.arrow && (word || before == ">")) ||
               one_of(before, {")", "]", "{", "}", ";", ":", "else", "do", "try", "const",
                               "override", "final", "noexcept", "mutable"});
    }

    void open() {
        const std::string before = previous();
        if (before == "co_return") complain(tokens_[at_].line, "co_return of bare braces");
        frames_.push_back({opens_block(before), now_, parentheses_});
        if (!frames_.back().block) {
            now_.braces = true;
            return;
        }
        const bool lambda =
            parentheses_ > 0 || before == "]" || one_of(now_.first, {"auto", "co_await"});
        if (!lambda) {
            end_statement();
            frames_.back().outer = Statement();
        }
        now_ = Statement();
        parentheses_ = 0;
    }

    void close() {
        if (frames_.empty()) return;
        const Frame frame = frames_.back();
        frames_.pop_back();
        if (frame.block) {
            end_statement();
            now_ = frame.outer;
        }
        parentheses_ = frame.parentheses;
    }

    void semicolon() {
        if (parentheses_ == 0) return end_statement();
        if (!one_of(now_.first, {"for", "if"})) return;
        const std::string first = now_.first;
        end_statement();
        now_.first = first;
    }

    std::string path_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::vector<Frame> frames_;
    Statement now_;
    int parentheses_ = 0;
    int found_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    int found = 0;
    for (int i = 1; i < argc; ++i) {
        std::ifstream in(argv[i]);
        std::stringstream text;
        text << in.rdbuf();
        const std::string source = text.str();
        found += Lint(argv[i], Tokeniser(source).all()).run();
    }
    return found > 0 ? 1 : 0;
}
