#include "config/factors.h"

#include <algorithm>

#include "config/loaders.h"
#include "config/shipped_files.h"
#include "gateway/base/check.h"

namespace mg {
namespace {

constexpr std::size_t kMostFactors = 1000;

std::vector<ReferenceFactor> shipped_factors(std::string_view file_name) {
    const auto files = shipped_factor_files();
    const auto file = std::ranges::find(files, file_name, &ShippedFile::name);
    MG_CHECK(file != files.end());
    std::vector<Problem> problems;
    Reporter report{std::string(file_name), problems};
    std::vector<ReferenceFactor> factors = load_factors(file->text, report);
    MG_CHECK(problems.empty());  // a test loads every shipped file
    return factors;
}

}  // namespace

std::vector<ReferenceFactor> load_factors(std::string_view text, Reporter& report) {
    TableReader rows{FieldSection::factor, text, kMostFactors, report};
    std::vector<ReferenceFactor> factors;
    while (const auto record = rows.next()) {
        ReferenceFactor factor;
        factor.name_zh = record->text("name_zh");
        factor.name_en = record->text("name_en");
        factor.value = record->get_or<Decimal>("value", {});
        if (const auto* most = record->get<Decimal>("most")) factor.most = *most;
        factor.unit = record->text("unit");
        if (const auto* basis = record->get<std::string>("basis"))
            factor.basis = *basis == "equivalent" ? CoalBasis::equivalent : CoalBasis::calorific;
        factor.year = record->text("year");
        factor.region = record->text("region");
        factor.certainty = certainty_of(*record);
        factor.source = record->text("source");
        factor.remark = record->text("remark");
        factors.push_back(std::move(factor));
    }
    return factors;
}

const std::vector<ReferenceFactor>& reference_factors(FactorKind kind) {
    static const std::vector<ReferenceFactor> coal = shipped_factors("coal.csv");
    static const std::vector<ReferenceFactor> heating_values = shipped_factors("heating_value.csv");
    static const std::vector<ReferenceFactor> carbon = shipped_factors("carbon.csv");
    switch (kind) {
        case FactorKind::coal:
            return coal;
        case FactorKind::heating_value:
            return heating_values;
        case FactorKind::carbon:
            return carbon;
    }
    return coal;
}

}  // namespace mg
