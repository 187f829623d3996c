#pragma once
// Reads a JSON object of somebody else's member by member.

#include "client/dispatch/day.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// The place of `word` among `words`.
std::optional<std::size_t> index_of(std::span<const std::string_view> words, std::string_view word);

// Takes the members of an object one by one, and remembers the first that is not as it should be.
class Members {
public:
    Members(std::string_view text, std::string_view what);  // `what` is what complaints call it
    ~Members();
    void text(const char* name, std::string& value, std::size_t least, std::size_t most);
    void flag(const char* name, bool& value);
    // Without it the value stays as it is.
    void optional_flag(const char* name, bool& value);
    void time(const char* name, Instant& value);
    void id(const char* name, dispatch::Id& value);
    // Null or nothing for 0.
    void optional_id(const char* name, dispatch::Id& value);
    void ids(const char* name, std::vector<dispatch::Id>& value);
    void degrees(const char* name, std::optional<double>& value, double limit);
    // One of some words, as its index.
    std::size_t word(const char* name, std::span<const std::string_view> among);
    bool has(const char* name) const;
    void no_others();
    bool good() const { return complaint_.empty(); }
    template <class Document>
    Result<Document> finish(Document document) {
        if (good()) return document;
        return Error(Fault::malformed, complaint_);
    }

private:
    struct Object;
    void complain(std::string_view words);
    void complain(std::string_view name, std::string_view words);

    std::string what_;
    std::unique_ptr<Object> object_;
    std::string complaint_;
};

}  // namespace outrider::api
