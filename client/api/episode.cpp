#include "client/api/episode.hpp"

#include "client/api/local_json.hpp"

#include <utility>

namespace outrider::api {

template <class Archive, Is<Episode> Document>
void members(Archive& archive, Document& episode) {
    archive("appointment", episode.appointment);
    archive("status", episode.now.status);
    archive("paused", episode.now.paused);
    archive("since", episode.since);
    archive("arrive", episode.arrive);
    archive("set_out", episode.set_out);
    archive("done", episode.done);
}

struct EpisodePage {
    std::vector<Episode> episodes;
};

template <class Archive, Is<EpisodePage> Document>
void members(Archive& archive, Document& page) {
    archive.objects("episodes", page.episodes);
}

std::string encode(const std::vector<Episode>& episodes) { return render(EpisodePage{episodes}); }

Result<std::vector<Episode>> decode_episodes(std::string_view text) {
    auto page = parse<EpisodePage>(text, "notebook's page of suggestions");
    if (!page) return page.error();
    return std::move(page->episodes);
}

}  // namespace outrider::api
