// What exact.cc and exact_functions.cc share: whole and rational numbers.
#pragma once

#include <gmpxx.h>
#include <optional>

namespace gradus {

struct NoExactValue {};  // thrown by what cannot be computed exactly, never leaves ExactValues

inline bool is_whole(const mpq_class& number) {
  return number.get_den() == 1;
}

inline bool is_prime(const mpz_class& number) {
  return mpz_probab_prime_p(number.get_mpz_t(), 25) != 0;
}

inline mpz_class floor_of(const mpq_class& number) {
  mpz_class out;
  mpz_fdiv_q(out.get_mpz_t(), number.get_num_mpz_t(), number.get_den_mpz_t());
  return out;
}

// Small enough for a loop or a shift.
inline std::optional<long> small(const mpz_class& number) {
  if (!number.fits_slong_p() || abs(number) > 1000000) return std::nullopt;
  return number.get_si();
}

}  // namespace gradus
