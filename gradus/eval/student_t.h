// Student's t and the standard normal distribution: tail areas and quantiles.
//
//   student_t_quantile(0.975, 5);       // 2.5706: half-width factor of a 95 % interval over 6 seeds
//   student_t_two_sided(2.5706, 5);     // 0.05
//   normal_quantile(0.975);             // 1.9600
//
// P(|T| > t) = I_x(n/2, 1/2) with x = n / (n + t^2), where I is the regularised incomplete beta function
// (DLMF 8.17), here by its continued fraction (DLMF 8.17.22) with the modified Lentz method. Quantiles by
// bisection.
#pragma once

namespace gradus {

double student_t_two_sided(double t, double degrees);           // P(|T| > |t|)
double student_t_quantile(double probability, double degrees);  // 0 < probability < 1, degrees >= 1
double normal_quantile(double probability);                     // 0 < probability < 1

}  // namespace gradus
