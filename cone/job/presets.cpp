// Layer lists, written out or put together from blocks.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/presets.hpp"

#include "cone/base/errors.hpp"

namespace cone::job {
namespace {

using Layers = std::vector<std::string>;

/// Two 3 x 3 convolutions with group normalisation and a path around them; `in` names the tensor before.
void add_residual_block(Layers& layers, const std::string& in, const std::string& out, const std::string& maps, bool halve) {
    layers.push_back("conv " + maps + " 3" + (halve ? " stride 2" : "") + " pad 1 from " + in);
    layers.insert(layers.end(), {"groupnorm 32", "relu", "conv " + maps + " 3 pad 1", "groupnorm 32 as " + out + "-main"});
    if (halve) {
        layers.push_back("conv " + maps + " 1 stride 2 from " + in);
        layers.push_back("groupnorm 32");
        layers.push_back("add " + out + "-main");
    } else {
        layers.push_back("add " + in);
    }
    layers.push_back("relu as " + out);
}

Layers resnet18() {
    Layers layers = {"conv 64 3 pad 1", "groupnorm 32", "relu as stem"};
    std::string before = "stem";
    for (const char* maps : {"64", "128", "256", "512"}) {
        for (const char* block : {"a", "b"}) {
            const std::string name = std::string("stage") + maps + block;
            add_residual_block(layers, before, name, maps, block[0] == 'a' && before != "stem");
            before = name;
        }
    }
    layers.push_back("avgpool all");
    layers.push_back("linear classes");
    return layers;
}

void add_attention_block(Layers& layers, const std::string& in, const std::string& out) {
    layers.insert(layers.end(),
                  {"layernorm from " + in, "conv 192 1", "attention 4 causal", "conv 64 1", "add " + in,
                   "layernorm as " + out + "-middle", "conv 128 1", "relu", "conv 64 1", "add " + out + "-middle as " + out});
}

Layers text() {
    Layers layers = {"embedding 64 as start"};
    add_attention_block(layers, "start", "first");
    add_attention_block(layers, "first", "second");
    layers.insert(layers.end(), {"layernorm", "linear classes"});
    return layers;
}

}  // namespace

std::vector<std::string> preset_layers(std::string_view name) {
    if (name == "lenet5") {
        return {"conv 6 5 pad 2", "relu", "maxpool 2", "conv 16 5", "relu",          "maxpool 2",
                "linear 120",     "relu", "linear 84", "relu",      "linear classes"};
    }
    if (name == "cnn") {
        return {"conv 16 3 pad 1", "relu", "maxpool 2", "conv 32 3 pad 1", "relu", "maxpool 2",
                "conv 64 3 pad 1", "relu", "maxpool 2", "linear classes"};
    }
    if (name == "cnn-wide") {
        return {"conv 32 3 pad 1", "relu",       "maxpool 2", "conv 64 3 pad 1", "relu",
                "maxpool 2",       "linear 128", "relu",      "linear classes"};
    }
    if (name == "resnet18") {
        return resnet18();
    }
    CONE_ASSERT(name == "text", "one of kPresets");
    return text();
}

}  // namespace cone::job
