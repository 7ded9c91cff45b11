// One libcurl handle: a POST, bounded in time and size.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/curl_transport.hpp"

#include <curl/curl.h>

#include <utility>

#include "bridge/rpc/failure.hpp"
#include "cone/base/url.hpp"

namespace cone::rpc {
namespace {

struct Reply {
    std::string body;
    std::size_t bytes_max = 0;
    bool too_large = false;
};

std::size_t take(const char* data, std::size_t, std::size_t count, void* user) {
    auto& reply = *static_cast<Reply*>(user);
    if (count > reply.bytes_max - reply.body.size()) {
        reply.too_large = true;
        return 0;
    }
    reply.body.append(data, count);
    return count;
}

Fault fault_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
            return Fault::Unreachable;
        case CURLE_OPERATION_TIMEDOUT:
            return Fault::TimedOut;
        case CURLE_FILESIZE_EXCEEDED:
            return Fault::TooLarge;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            return Fault::HttpRefused;
        default:
            return Fault::Broken;
    }
}

void initialise_library() {
    [[maybe_unused]] static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
}

}  // namespace

struct CurlTransport::Handle {
    HttpSettings settings;
    std::unique_ptr<CURL, void (*)(CURL*)> curl{nullptr, curl_easy_cleanup};
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers{nullptr, curl_slist_free_all};
};

CurlTransport::CurlTransport(HttpSettings settings) : handle_(std::make_unique<Handle>()) {
    if (!settings.url.starts_with("http://") && !settings.url.starts_with("https://")) {
        throw ConfigError("the node's address '" + origin_of(settings.url) + "' is no http:// or https:// URL",
                          "as in http://127.0.0.1:8545");
    }
    initialise_library();
    Handle& h = *handle_;
    h.settings = std::move(settings);
    h.curl.reset(curl_easy_init());
    h.headers.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    CONE_ASSERT(h.curl && h.headers, "libcurl is out of memory");
    CURL* curl = h.curl.get();
    curl_easy_setopt(curl, CURLOPT_URL, h.settings.url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, h.headers.get());
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(h.settings.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(h.settings.total_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(h.settings.reply_bytes_max));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // no SIGALRM in a program with threads
    curl_easy_setopt(curl, CURLOPT_PROXY, "");     // no environment variable decides whom we talk to
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
}

CurlTransport::~CurlTransport() = default;

HttpReply CurlTransport::post(const std::string& body) {
    Reply reply{{}, handle_->settings.reply_bytes_max};
    CURL* curl = handle_->curl.get();
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        throw CallFailed(reply.too_large ? Fault::TooLarge : fault_of(code),
                         origin_of(handle_->settings.url) + ": " + curl_easy_strerror(code), "is the node running?");
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return {static_cast<int>(status), std::move(reply.body)};
}

}  // namespace cone::rpc
