#include <cmath>
#include <numbers>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

double rounded(double value, double scale) {
    return std::round(value * scale) / scale;
}

Value run(Call& call) {
    const auto radians = [&](std::size_t index) {
        return call[index].as_float() * std::numbers::pi / 180;
    };
    const double latitude1 = radians(0);
    const double latitude2 = radians(2);
    const double east = radians(3) - radians(1);
    const double half_north = std::sin((latitude2 - latitude1) / 2);
    const double half_east = std::sin(east / 2);
    const double chord =
        half_north * half_north + half_east * half_east * std::cos(latitude1) * std::cos(latitude2);
    const double radius = call.bytes(4) == "miles" ? 6371.0088 * 0.6213712 : 6371.0088;
    const double distance = 2 * radius * std::asin(std::sqrt(chord));
    const double bearing =
        std::atan2(std::sin(east) * std::cos(latitude2),
                   std::cos(latitude1) * std::sin(latitude2) -
                       std::sin(latitude1) * std::cos(latitude2) * std::cos(east)) *
        180 / std::numbers::pi;
    Member members[] = {{"distance", Value::floating(rounded(distance, 1e7))},
                        {"bearing", Value::floating(rounded(std::fmod(bearing + 360, 360), 1e3))}};
    return object_of(members, call.arena());
}

const Function haversine{
    .name = "haversine",
    .category = "Map",
    .summary =
        "Distance and first bearing from one point of the Earth to another, along a great "
        "circle.",
    .parameters = {required("latitude1", kinds::floating, "Latitude of the first point, degrees."),
                   required("longitude1", kinds::floating, "Longitude of the first point."),
                   required("latitude2", kinds::floating, "Latitude of the second point."),
                   required("longitude2", kinds::floating, "Longitude of the second point."),
                   optional("measurement_unit", kinds::bytes, "Unit of the distance.",
                            Value::bytes("kilometers"))
                       .literal()
                       .one_of({"kilometers", "miles"})},
    .returns = kinds::object,
    .type =
        [](const CallTypes&) {
            return Type::object({{"distance", kinds::floating}, {"bearing", kinds::floating}});
        },
    .examples = {{"Kilometers", "haversine(0.0, 0.0, 10.0, 10.0)",
                  R"({ "bearing": 44.561, "distance": 1568.5227233 })"},
                 {"Miles", R"(haversine(0.0, 0.0, 10.0, 10.0, measurement_unit: "miles"))",
                  R"({ "bearing": 44.561, "distance": 974.6348468 })"},
                 {"Nowhere", "haversine(0.0, 0.0, 0.0, 0.0)",
                  R"({ "bearing": 0, "distance": 0 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(haversine);
}  // namespace engine::vrl
