#include "gradus/learn/policy_file.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "gradus/base/error.h"
#include "gradus/base/json.h"

namespace gradus {

namespace {

static_assert(std::endian::native == std::endian::little, "saved policies are little-endian");

constexpr std::string_view kMagic = "GRADUSPL";
constexpr uint32_t kVersion = 1;
constexpr size_t kDigest = 64;

struct Header {
  char magic[8];
  uint32_t version;
  std::array<int32_t, 5> shape;
  int64_t steps;
  uint64_t size;
};
static_assert(sizeof(Header) == 48);

std::array<int32_t, 5> shape_of(const PolicyConfig& config) {
  return {config.vocabulary, config.context, config.layers, config.heads, config.width};
}

std::string text_of(const std::array<int32_t, 5>& shape) {
  const std::array<const char*, 5> names{"vocabulary", "context", "layers", "heads", "width"};
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i) {
    out += (i ? ", " : "") + std::string(names[i]) + " " + std::to_string(shape[i]);
  }
  return out;
}

Error broken(const std::string& what) {
  return Error::input("this is not a whole saved policy: " + what);
}

std::vector<float> read_floats(std::string_view bytes, size_t at, size_t size, const char* what) {
  std::vector<float> out(size);
  std::memcpy(out.data(), bytes.data() + at, size * sizeof(float));
  for (const float value : out) {
    if (!std::isfinite(value)) throw broken(std::string("a value among its ") + what + " is not finite");
  }
  return out;
}

}  // namespace

std::string write_policy(const PolicyConfig& config, const NetworkState& state) {
  const size_t size = state.weights.size();
  require(state.mean.size() == size && state.square.size() == size, "three vectors of one size");
  Header header{{}, kVersion, shape_of(config), state.steps, size};
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  std::string out(reinterpret_cast<const char*>(&header), sizeof(header));
  for (const std::vector<float>* part : {&state.weights, &state.mean, &state.square}) {
    out.append(reinterpret_cast<const char*>(part->data()), size * sizeof(float));
  }
  return out + sha256_hex(out);
}

NetworkState read_policy(std::string_view bytes, const PolicyConfig& config, size_t size) {
  Header header;
  if (bytes.size() < sizeof(header)) throw broken("it is shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::string_view(header.magic, kMagic.size()) != kMagic)
    throw broken("it does not begin with GRADUSPL");
  if (header.version != kVersion) {
    throw broken("its version is unknown")
        .found(std::to_string(header.version))
        .expected(std::to_string(kVersion));
  }
  if (header.shape != shape_of(config)) {
    throw Error::input("the saved policy has another shape than this one")
        .found(text_of(header.shape))
        .expected(text_of(shape_of(config)));
  }
  const size_t part = size * sizeof(float), expected = sizeof(header) + 3 * part + kDigest;
  if (header.size != size || bytes.size() != expected) {
    throw broken("its size is wrong")
        .found(std::to_string(bytes.size()) + " bytes")
        .expected(std::to_string(expected) + " bytes");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kDigest);
  if (bytes.substr(body.size()) != sha256_hex(body)) throw broken("its checksum does not match");
  if (header.steps < 0) throw broken("its step count is negative");
  return {.steps = header.steps,
          .weights = read_floats(bytes, sizeof(header), size, "weights"),
          .mean = read_floats(bytes, sizeof(header) + part, size, "first moments"),
          .square = read_floats(bytes, sizeof(header) + 2 * part, size, "second moments")};
}

}  // namespace gradus
