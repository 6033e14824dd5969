// The definitions of modules that see texts: forward(x, lengths), and in a decoder what the encoder
// gives besides, (x, lengths, memory, memory_lengths). For python_modules.cc.
#pragma once

#include <string_view>

namespace howdah::exporting {

inline constexpr std::string_view kPythonTextLayers = R"(
class Layers(nn.Sequential):
    """Layers after each other. Those that see texts are told how many tokens of each are no padding, and
    in a decoder also what the encoder gives, and how much of that is none."""

    def forward(self, x, *text):
        return through(self, x, *text)


def through(layers, x, *text):
    for layer in layers:
        x = layer(x, *text) if hasattr(layer, "sees_text") else layer(x)
    return x


def lengths_of(tokens):
    """int64 [batch], each at least 1: how many tokens are no padding, which is 0 and stands at the end."""
    return (tokens != 0).sum(1).clamp(min=1)
)";

inline constexpr std::string_view kPythonTextMask = R"(
def text_mask(x, lengths):
    """bool [batch, steps]: true where a text has not ended."""
    return torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)


def filled(x, lengths, value):
    return x.masked_fill(~text_mask(x, lengths).unsqueeze(2), value)


def causal_mask(x):
    """bool [steps, steps]: each step sees those up to itself."""
    return torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
)";

inline constexpr std::string_view kPythonTextConvolution = R"(
class TextConv1d(nn.Conv1d):
    """Along a text, beyond which there are zeros: as many steps come out. An even kernel looks one step
    further ahead than back."""

    sees_text = True

    def forward(self, x, lengths, *memory):
        reach = self.dilation[0] * (self.kernel_size[0] - 1)
        x = F.pad(filled(x, lengths, 0).transpose(1, 2), (reach // 2, reach - reach // 2))
        return super().forward(x).transpose(1, 2)
)";

inline constexpr std::string_view kPythonTextAveragePool = R"(
class TextAveragePool(nn.Module):
    sees_text = True

    def forward(self, x, lengths, *memory):
        return filled(x, lengths, 0).sum(1) / lengths.unsqueeze(1)
)";

inline constexpr std::string_view kPythonTextMaxPool = R"(
class TextMaxPool(nn.Module):
    sees_text = True

    def forward(self, x, lengths, *memory):
        return filled(x, lengths, float("-inf")).amax(1)
)";

inline constexpr std::string_view kPythonRecurrent = R"(
class Recurrent:
    """Of nn.RNN, nn.LSTM and nn.GRU: what they give at each step of texts, or after the last one. With a
    memory of so many features it begins with a step made of its last and its first place."""

    sees_text = True

    def __init__(self, *sizes, last=False, memory=0, **more):
        super().__init__(*sizes, batch_first=True, **more)
        self.last = last
        self.bridge = nn.Linear(2 * memory, sizes[0]) if memory else None

    def forward(self, x, lengths, *memory):
        if self.bridge is not None:
            ends = memory[0][torch.arange(len(x), device=x.device), memory[1] - 1]
            first = self.bridge(torch.cat([ends, memory[0][:, 0]], 1))
            x, lengths = torch.cat([first.unsqueeze(1), x], 1), lengths + 1
        steps = rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        steps, state = super().forward(steps)
        if self.last:
            state = state[0] if isinstance(state, tuple) else state
            return torch.cat(list(state[-2 if self.bidirectional else -1:]), 1)
        steps, _ = rnn.pad_packed_sequence(steps, batch_first=True, total_length=x.shape[1])
        return steps if self.bridge is None else steps[:, 1:]


class TextRNN(Recurrent, nn.RNN):
    pass


class TextLSTM(Recurrent, nn.LSTM):
    pass


class TextGRU(Recurrent, nn.GRU):
    pass
)";

inline constexpr std::string_view kPythonMultiHeadAttention = R"(
class MultiHeadAttention(nn.Module):
    """nn.MultiheadAttention, which may have other units than features. With a memory of so many features
    it looks at that, else at the text itself."""

    sees_text = True

    def __init__(self, features, units, heads, causal=False, memory=0, dropout=0.0):
        super().__init__()
        self.heads, self.causal, self.memory, self.dropout = heads, causal, memory, dropout
        others = memory or features
        self.packed = features == units == others
        if self.packed:
            self.in_proj_weight = nn.Parameter(torch.zeros(3 * units, units))
        else:
            self.q_proj_weight = nn.Parameter(torch.zeros(units, features))
            self.k_proj_weight = nn.Parameter(torch.zeros(units, others))
            self.v_proj_weight = nn.Parameter(torch.zeros(units, others))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * units))
        self.out_proj = nn.Linear(units, units)

    def forward(self, x, lengths, *memory):
        keys, ends = memory if self.memory else (x, lengths)
        weights = (self.in_proj_weight.chunk(3) if self.packed
                   else (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight))
        query, key, value = (
            F.linear(places, weight, bias).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for places, weight, bias in zip((x, keys, keys), weights, self.in_proj_bias.chunk(3)))
        mask = causal_mask(x) if self.causal else text_mask(keys, ends)[:, None, None]
        found = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=self.dropout if self.training else 0.0)
        return self.out_proj(found.transpose(1, 2).flatten(2))
)";

inline constexpr std::string_view kPythonAttention = R"(
class Attention(nn.Module):
    """One head: the mean of a text's places, of all or at each place, weighted by
    v . tanh(W query + U key) or by a product."""

    sees_text = True

    def __init__(self, features, units, additive=True, pooled=True, causal=False):
        super().__init__()
        self.additive, self.pooled, self.causal = additive, pooled, causal
        if additive and not pooled:
            self.query = nn.Linear(features, units, bias=False)
        if additive:
            self.key = nn.Linear(features, units)
        if additive or pooled:
            self.score = nn.Linear(units, 1, bias=False)

    def forward(self, x, lengths, *memory):
        if self.pooled:
            scores = self.score(torch.tanh(self.key(x)) if self.additive else x).transpose(1, 2)
        elif self.additive:
            pairs = self.query(x).unsqueeze(2) + self.key(x).unsqueeze(1)
            scores = self.score(torch.tanh(pairs)).squeeze(3)
        else:
            scores = x @ x.transpose(1, 2) / x.shape[2] ** 0.5
        mask = causal_mask(x) if self.causal else text_mask(x, lengths).unsqueeze(1)
        found = scores.masked_fill(~mask, float("-inf")).softmax(-1) @ x
        return found.squeeze(1) if self.pooled else found
)";

inline constexpr std::string_view kPythonLuongAttention = R"(
class LuongAttention(nn.Module):
    """tanh(W [c; x]), where c is the mean of what the encoder gives, weighted by x . W m or by x . m."""

    sees_text = True

    def __init__(self, features, units, memory, general=True):
        super().__init__()
        self.query = nn.Linear(features, memory, bias=False) if general else nn.Identity()
        self.combine = nn.Linear(memory + features, units, bias=False)

    def forward(self, x, lengths, memory, memory_lengths):
        scores = self.query(x) @ memory.transpose(1, 2)
        mask = text_mask(memory, memory_lengths).unsqueeze(1)
        found = scores.masked_fill(~mask, float("-inf")).softmax(-1) @ memory
        return torch.tanh(self.combine(torch.cat([found, x], 2)))
)";

inline constexpr std::string_view kPythonPositionalEncoding = R"(
class PositionalEncoding(nn.Module):
    """Sines and cosines of each place (Vaswani 2017), or values that were learned for `learned` places."""

    def __init__(self, features, learned=0, scale=False, dropout=0.0):
        super().__init__()
        self.features, self.learned, self.scale = features, learned, scale
        if learned:
            self.weight = nn.Parameter(torch.zeros(learned, features))
        self.dropout = nn.Dropout(dropout)

    def positions(self, x):
        if self.learned:
            return self.weight[:x.shape[1]]
        exact = {"dtype": torch.float64, "device": x.device}
        rates = torch.exp(torch.arange(0, self.features, 2, **exact)
                          * (-math.log(10000.0) / self.features))
        angles = torch.outer(torch.arange(x.shape[1], **exact), rates)
        return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :self.features].float()

    def forward(self, x):
        return self.dropout((x * self.features ** 0.5 if self.scale else x) + self.positions(x))
)";

inline constexpr std::string_view kPythonTransformerEncoder = R"(
class TransformerEncoder(nn.TransformerEncoder):
    sees_text = True

    def __init__(self, layers, *sizes, causal=False, **more):
        layer = nn.TransformerEncoderLayer(*sizes, batch_first=True, **more)
        super().__init__(layer, layers, enable_nested_tensor=False)
        self.causal = causal

    def forward(self, x, lengths, *memory):
        if self.causal:
            return super().forward(x, mask=~causal_mask(x))
        return super().forward(x, src_key_padding_mask=~text_mask(x, lengths))
)";

inline constexpr std::string_view kPythonTransformerDecoder = R"(
class TransformerDecoder(nn.TransformerDecoder):
    sees_text = True

    def __init__(self, layers, *sizes, **more):
        super().__init__(nn.TransformerDecoderLayer(*sizes, batch_first=True, **more), layers)

    def forward(self, x, lengths, memory, memory_lengths):
        return super().forward(x, memory, tgt_mask=~causal_mask(x),
                               memory_key_padding_mask=~text_mask(memory, memory_lengths))
)";

}  // namespace howdah::exporting
