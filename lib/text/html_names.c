/* HTML's named character references, sorted by name: name, then what it stands for, without a
 * separator. Made by a script from the list in the HTML standard, section 13.5. */
#include "text/html_names.h"

const uint16_t img_html_starts[IMG_HTML_NAMES + 1] = {
    0, 7, 15, 19, 24, 32, 41, 50, 57, 65, 71, 79, 87, 96, 104, 112, 119, 127, 136, 153, 160, 168,
    177, 187, 195, 204, 210, 217, 230, 238, 248, 254, 265, 279, 286, 294, 303, 311, 319, 329, 336,
    342, 349, 358, 365, 389, 400, 409, 417, 426, 434, 445, 452, 462, 474, 481, 487, 500, 515, 529,
    544, 572, 597, 616, 625, 635, 648, 658, 677, 685, 698, 733, 742, 751, 758, 768, 774, 786, 793,
    800, 807, 817, 825, 834, 843, 849, 856, 864, 872, 891, 908, 933, 951, 970, 981, 998, 1007, 1013,
    1023, 1035, 1060, 1072, 1091, 1110, 1134, 1151, 1174, 1202, 1226, 1246, 1264, 1281, 1302, 1323,
    1336, 1352, 1372, 1384, 1407, 1428, 1446, 1467, 1489, 1508, 1530, 1541, 1557, 1570, 1579, 1588,
    1594, 1599, 1605, 1613, 1622, 1631, 1638, 1646, 1652, 1659, 1667, 1675, 1684, 1695, 1703, 1723,
    1747, 1755, 1764, 1774, 1783, 1797, 1812, 1820, 1828, 1834, 1840, 1847, 1857, 1873, 1879, 1887,
    1908, 1933, 1942, 1952, 1966, 1974, 1981, 1984, 1988, 1996, 2005, 2014, 2023, 2031, 2037, 2044,
    2052, 2058, 2067, 2083, 2103, 2123, 2141, 2156, 2177, 2193, 2202, 2208, 2217, 2225, 2230, 2238,
    2245, 2261, 2269, 2287, 2295, 2304, 2320, 2333, 2340, 2348, 2355, 2363, 2372, 2379, 2387, 2393,
    2400, 2407, 2415, 2424, 2430, 2438, 2452, 2463, 2470, 2482, 2498, 2516, 2534, 2542, 2551, 2558,
    2566, 2575, 2583, 2589, 2596, 2604, 2610, 2618, 2627, 2636, 2645, 2653, 2660, 2667, 2675, 2684,
    2690, 2698, 2707, 2716, 2723, 2726, 2730, 2739, 2748, 2756, 2770, 2778, 2787, 2796, 2802, 2822,
    2835, 2851, 2874, 2889, 2910, 2931, 2949, 2970, 2983, 3001, 3020, 3031, 3047, 3064, 3080, 3099,
    3120, 3140, 3159, 3175, 3194, 3208, 3225, 3238, 3256, 3276, 3293, 3308, 3320, 3338, 3351, 3359,
    3365, 3379, 3388, 3405, 3427, 3445, 3462, 3484, 3502, 3511, 3529, 3548, 3556, 3563, 3572, 3578,
    3585, 3591, 3606, 3619, 3627, 3640, 3649, 3657, 3662, 3669, 3678, 3687, 3696, 3702, 3725, 3747,
    3768, 3793, 3817, 3835, 3844, 3852, 3863, 3882, 3890, 3897, 3913, 3926, 3950, 3964, 3976, 3995,
    4008, 4022, 4041, 4066, 4089, 4107, 4133, 4152, 4173, 4191, 4210, 4234, 4258, 4269, 4285, 4303,
    4320, 4343, 4359, 4388, 4411, 4426, 4448, 4473, 4494, 4514, 4539, 4564, 4585, 4609, 4632, 4658,
    4674, 4692, 4707, 4729, 4754, 4776, 4794, 4814, 4826, 4843, 4864, 4881, 4899, 4908, 4916, 4925,
    4930, 4938, 4946, 4955, 4962, 4970, 4976, 4985, 4993, 5001, 5010, 5018, 5026, 5036, 5045, 5069,
    5087, 5093, 5102, 5110, 5119, 5127, 5136, 5146, 5152, 5159, 5170, 5183, 5198, 5217, 5229, 5235,
    5243, 5249, 5254, 5266, 5283, 5291, 5297, 5309, 5326, 5348, 5365, 5374, 5385, 5399, 5415, 5424,
    5430, 5435, 5441, 5449, 5457, 5466, 5475, 5480, 5486, 5495, 5503, 5511, 5521, 5530, 5539, 5545,
    5551, 5569, 5591, 5615, 5622, 5628, 5649, 5663, 5680, 5703, 5719, 5741, 5763, 5782, 5804, 5818,
    5830, 5847, 5865, 5882, 5902, 5924, 5945, 5965, 5982, 6002, 6017, 6035, 6049, 6057, 6073, 6088,
    6096, 6103, 6118, 6127, 6134, 6143, 6152, 6158, 6167, 6176, 6184, 6190, 6198, 6216, 6234, 6253,
    6269, 6277, 6292, 6301, 6309, 6319, 6341, 6357, 6378, 6396, 6419, 6434, 6443, 6451, 6458, 6468,
    6483, 6495, 6512, 6534, 6551, 6563, 6570, 6577, 6589, 6606, 6616, 6623, 6631, 6640, 6648, 6655,
    6660, 6666, 6675, 6684, 6690, 6698, 6711, 6719, 6736, 6749, 6758, 6772, 6790, 6804, 6813, 6826,
    6835, 6844, 6852, 6861, 6869, 6881, 6889, 6898, 6905, 6913, 6919, 6928, 6936, 6944, 6953, 6961,
    6971, 6985, 7001, 7021, 7030, 7043, 7051, 7060, 7071, 7085, 7105, 7120, 7137, 7146, 7160, 7171,
    7186, 7204, 7223, 7230, 7240, 7248, 7257, 7266, 7272, 7279, 7288, 7296, 7302, 7311, 7321, 7328,
    7338, 7346, 7361, 7375, 7396, 7413, 7430, 7438, 7447, 7456, 7466, 7474, 7483, 7491, 7500, 7509,
    7517, 7522, 7531, 7540, 7547, 7554, 7561, 7569, 7578, 7586, 7592, 7600, 7609, 7618, 7625, 7632,
    7641, 7650, 7656, 7663, 7681, 7688, 7695, 7703, 7712, 7720, 7729, 7738, 7744, 7753, 7760, 7767,
    7775, 7782, 7790, 7796, 7803, 7811, 7817, 7825, 7833, 7842, 7853, 7862, 7870, 7878, 7887, 7891,
    7896, 7903, 7913, 7921, 7933, 7941, 7948, 7956, 7965, 7975, 7987, 7999, 8011, 8023, 8035, 8047,
    8059, 8071, 8080, 8091, 8103, 8113, 8121, 8132, 8140, 8149, 8155, 8162, 8172, 8179, 8187, 8193,
    8203, 8215, 8222, 8230, 8239, 8244, 8253, 8264, 8272, 8281, 8287, 8294, 8306, 8315, 8323, 8335,
    8349, 8362, 8373, 8386, 8396, 8406, 8418, 8426, 8438, 8447, 8453, 8462, 8472, 8483, 8494, 8502,
    8512, 8519, 8527, 8538, 8546, 8556, 8567, 8577, 8588, 8600, 8613, 8625, 8636, 8655, 8672, 8684,
    8694, 8706, 8716, 8732, 8747, 8764, 8785, 8806, 8828, 8837, 8846, 8855, 8864, 8873, 8881, 8895,
    8903, 8912, 8919, 8929, 8939, 8948, 8957, 8966, 8975, 8983, 8992, 9001, 9010, 9019, 9028, 9037,
    9046, 9055, 9063, 9072, 9081, 9090, 9099, 9108, 9117, 9127, 9136, 9145, 9154, 9163, 9171, 9180,
    9189, 9198, 9207, 9219, 9230, 9242, 9251, 9260, 9269, 9278, 9286, 9295, 9304, 9313, 9322, 9331,
    9340, 9350, 9358, 9366, 9375, 9384, 9393, 9401, 9410, 9416, 9425, 9437, 9445, 9455, 9463, 9472,
    9481, 9491, 9500, 9507, 9517, 9529, 9539, 9549, 9559, 9570, 9579, 9587, 9596, 9605, 9613, 9622,
    9630, 9639, 9650, 9657, 9664, 9672, 9683, 9689, 9696, 9708, 9716, 9723, 9732, 9745, 9751, 9758,
    9766, 9773, 9783, 9802, 9822, 9833, 9845, 9859, 9874, 9889, 9897, 9909, 9919, 9930, 9939, 9951,
    9958, 9968, 9979, 9986, 9994, 10002, 10012, 10026, 10039, 10047, 10058, 10068, 10077, 10087,
    10093, 10100, 10110, 10119, 10128, 10137, 10145, 10154, 10162, 10171, 10180, 10191, 10202,
    10211, 10220, 10230, 10241, 10248, 10260, 10270, 10280, 10290, 10299, 10310, 10320, 10331,
    10346, 10361, 10373, 10387, 10395, 10404, 10422, 10441, 10450, 10459, 10471, 10480, 10490,
    10498, 10506, 10516, 10526, 10534, 10542, 10551, 10562, 10570, 10579, 10585, 10591, 10602,
    10611, 10622, 10627, 10633, 10641, 10652, 10662, 10670, 10679, 10688, 10696, 10707, 10722,
    10731, 10737, 10747, 10756, 10762, 10770, 10779, 10796, 10806, 10813, 10823, 10833, 10841,
    10850, 10856, 10865, 10877, 10889, 10900, 10913, 10931, 10944, 10962, 10981, 11001, 11013,
    11023, 11033, 11042, 11049, 11057, 11066, 11075, 11083, 11092, 11101, 11110, 11121, 11128,
    11140, 11149, 11157, 11165, 11174, 11184, 11193, 11201, 11208, 11216, 11226, 11232, 11239,
    11245, 11254, 11262, 11268, 11276, 11285, 11292, 11302, 11308, 11320, 11327, 11334, 11344,
    11352, 11361, 11373, 11383, 11393, 11403, 11411, 11417, 11425, 11433, 11442, 11450, 11460,
    11469, 11476, 11486, 11494, 11504, 11515, 11524, 11538, 11553, 11561, 11571, 11580, 11591,
    11603, 11612, 11621, 11629, 11638, 11646, 11652, 11657, 11663, 11669, 11676, 11684, 11690,
    11699, 11714, 11730, 11747, 11753, 11763, 11773, 11782, 11792, 11800, 11809, 11817, 11825,
    11834, 11843, 11850, 11859, 11869, 11877, 11886, 11898, 11906, 11915, 11925, 11933, 11942,
    11952, 11962, 11972, 11982, 11992, 12000, 12009, 12019, 12029, 12039, 12049, 12059, 12069,
    12078, 12087, 12096, 12102, 12109, 12118, 12126, 12135, 12142, 12151, 12159, 12165, 12172,
    12178, 12185, 12192, 12200, 12212, 12219, 12228, 12238, 12249, 12261, 12272, 12282, 12290,
    12296, 12303, 12312, 12319, 12325, 12332, 12339, 12346, 12353, 12361, 12373, 12380, 12388,
    12397, 12406, 12415, 12422, 12430, 12438, 12447, 12456, 12459, 12463, 12471, 12480, 12489,
    12499, 12510, 12523, 12533, 12543, 12556, 12570, 12581, 12591, 12607, 12618, 12626, 12636,
    12643, 12653, 12662, 12670, 12681, 12690, 12698, 12706, 12716, 12729, 12739, 12749, 12757,
    12769, 12781, 12790, 12800, 12817, 12835, 12844, 12854, 12863, 12873, 12882, 12892, 12902,
    12910, 12919, 12925, 12932, 12940, 12946, 12953, 12960, 12968, 12975, 12983, 12991, 13000,
    13006, 13016, 13025, 13035, 13044, 13052, 13060, 13069, 13081, 13093, 13101, 13109, 13117,
    13123, 13133, 13142, 13154, 13163, 13170, 13180, 13192, 13204, 13216, 13227, 13234, 13242,
    13251, 13258, 13267, 13275, 13284, 13293, 13301, 13310, 13321, 13330, 13340, 13349, 13355,
    13364, 13372, 13378, 13385, 13393, 13399, 13407, 13415, 13424, 13433, 13442, 13450, 13458,
    13467, 13476, 13482, 13490, 13499, 13506, 13513, 13522, 13531, 13540, 13548, 13558, 13567,
    13573, 13580, 13588, 13597, 13609, 13619, 13628, 13636, 13645, 13655, 13662, 13669, 13677,
    13685, 13694, 13705, 13715, 13725, 13735, 13745, 13756, 13766, 13773, 13783, 13791, 13803,
    13812, 13821, 13829, 13837, 13846, 13857, 13868, 13877, 13886, 13895, 13901, 13907, 13915,
    13924, 13934, 13945, 13957, 13965, 13971, 13984, 14001, 14020, 14037, 14055, 14073, 14092,
    14113, 14136, 14154, 14161, 14168, 14176, 14188, 14195, 14204, 14214, 14225, 14237, 14248,
    14258, 14272, 14283, 14296, 14310, 14321, 14332, 14342, 14352, 14360, 14366, 14373, 14382,
    14391, 14401, 14410, 14417, 14423, 14432, 14444, 14454, 14463, 14472, 14482, 14496, 14503,
    14511, 14523, 14530, 14538, 14547, 14556, 14565, 14574, 14583, 14600, 14622, 14636, 14654,
    14671, 14689, 14698, 14707, 14717, 14728, 14738, 14746, 14753, 14764, 14772, 14778, 14788,
    14797, 14809, 14818, 14828, 14835, 14844, 14854, 14863, 14870, 14878, 14887, 14896, 14902,
    14911, 14921, 14930, 14933, 14937, 14945, 14954, 14963, 14973, 14983, 14993, 15004, 15014,
    15022, 15031, 15040, 15052, 15063, 15079, 15090, 15099, 15105, 15112, 15120, 15128, 15139,
    15146, 15156, 15170, 15184, 15196, 15206, 15216, 15222, 15231, 15248, 15256, 15263, 15270,
    15278, 15285, 15293, 15303, 15311, 15320, 15329, 15339, 15349, 15360, 15368, 15376, 15386,
    15396, 15405, 15411, 15420, 15430, 15435, 15447, 15456, 15465, 15475, 15485, 15499, 15518,
    15527, 15537, 15547, 15562, 15572, 15582, 15591, 15600, 15611, 15618, 15628, 15639, 15647,
    15658, 15667, 15678, 15690, 15696, 15703, 15714, 15726, 15734, 15743, 15752, 15761, 15775,
    15783, 15789, 15798, 15804, 15813, 15823, 15832, 15843, 15854, 15864, 15874, 15885, 15895,
    15906, 15914, 15923, 15930, 15938, 15949, 15964, 15974, 15983, 15990, 15998, 16007, 16016,
    16025, 16031, 16038, 16046, 16053, 16060, 16069, 16078, 16087, 16095, 16102, 16116, 16135,
    16143, 16154, 16169, 16179, 16188, 16197, 16204, 16213, 16223, 16231, 16240, 16245, 16251,
    16260, 16272, 16286, 16297, 16308, 16319, 16328, 16339, 16350, 16361, 16369, 16382, 16395,
    16406, 16417, 16424, 16434, 16444, 16453, 16466, 16475, 16484, 16496, 16508, 16523, 16532,
    16542, 16549, 16559, 16569, 16578, 16591, 16609, 16617, 16626, 16636, 16645, 16654, 16665,
    16676, 16684, 16695, 16704, 16718, 16731, 16747, 16756, 16769, 16777, 16788, 16797, 16811,
    16824, 16840, 16848, 16856, 16865, 16873, 16890, 16909, 16927, 16947, 16952, 16957, 16967,
    16976, 16986, 16996, 17007, 17017, 17028, 17037, 17048, 17058, 17069, 17078, 17092, 17102,
    17116, 17128, 17137, 17147, 17156, 17167, 17177, 17183, 17191, 17200, 17208, 17216, 17223,
    17231, 17237, 17246, 17255, 17263, 17271, 17281, 17289, 17298, 17306, 17313, 17321, 17330,
    17337, 17346, 17352, 17360, 17369, 17378, 17389, 17398, 17405, 17413, 17421, 17431, 17439,
    17449, 17458, 17466, 17475, 17484, 17490, 17499, 17506, 17515, 17526, 17532, 17539, 17545,
    17552, 17562, 17570, 17581, 17588, 17596, 17604, 17613, 17621, 17629, 17638, 17648, 17660,
    17666, 17673, 17682, 17689, 17695, 17702, 17714, 17724, 17733, 17741, 17747, 17755, 17763,
    17773, 17781, 17792, 17800, 17806, 17813, 17823, 17832, 17837, 17850, 17856, 17866, 17877,
    17887, 17893, 17905, 17914, 17925, 17935, 17945, 17954, 17962, 17971, 17982, 17993, 17998,
    18010, 18019, 18026, 18034, 18040, 18047, 18055, 18064, 18071, 18079, 18093, 18108, 18118,
    18133, 18145, 18157, 18168, 18177, 18187, 18195, 18204, 18214, 18222, 18234, 18246, 18258,
    18266, 18276, 18285, 18295, 18304, 18310, 18320, 18328, 18336, 18345, 18355, 18364, 18379,
    18390, 18397, 18408, 18413, 18419, 18428, 18436, 18446, 18455, 18463, 18473, 18482, 18491,
    18503, 18511, 18520, 18529, 18539, 18546, 18554, 18562, 18572, 18581, 18592, 18601, 18611,
    18621, 18631, 18641, 18652, 18662, 18671, 18681, 18690, 18703, 18712, 18721, 18729, 18737,
    18746, 18757, 18768, 18777, 18786, 18795, 18801, 18807, 18815, 18826, 18835, 18845, 18853,
    18861, 18872, 18884, 18893, 18901, 18906, 18912, 18922, 18932, 18940, 18949, 18958, 18968,
    18974, 18981, 18995, 19013, 19033, 19051, 19070, 19091, 19111, 19130, 19149, 19156, 19172,
    19181, 19190, 19197, 19207, 19221, 19230, 19239, 19248, 19257, 19266, 19275, 19285, 19296,
    19302, 19312, 19324, 19333, 19343, 19352, 19359, 19365, 19374, 19384, 19394, 19404, 19412,
    19421, 19430, 19442, 19453, 19459, 19468, 19477, 19483, 19490, 19498, 19507, 19516, 19523,
    19532, 19540, 19548, 19557, 19567, 19579, 19588, 19594, 19602, 19611, 19620, 19629, 19639,
    19648, 19659, 19665, 19672, 19678, 19688, 19700, 19709, 19717, 19725, 19735, 19744, 19753,
    19760, 19772, 19789, 19794, 19800, 19808, 19817, 19826, 19833, 19843, 19851, 19860, 19868,
    19877, 19885, 19894, 19903, 19914, 19925, 19934, 19951, 19961, 19973, 19981, 19990, 19997,
    20005, 20017, 20026, 20031, 20039, 20049, 20058, 20068, 20081, 20089, 20098, 20111, 20120,
    20133, 20142, 20152, 20164, 20178, 20187, 20197, 20209, 20223, 20230, 20240, 20250, 20258,
    20267, 20276, 20286, 20296, 20306, 20314, 20323, 20341, 20355, 20363, 20370, 20378, 20388,
    20396, 20407, 20418, 20427, 20436, 20447, 20458, 20468, 20480, 20493, 20506, 20520, 20530,
    20540, 20550, 20558, 20572, 20587, 20597, 20612, 20624, 20636, 20647, 20654, 20662, 20668,
    20675, 20681, 20688, 20694, 20701, 20708, 20716, 20726, 20737, 20745, 20756, 20767, 20778,
    20789, 20800, 20809, 20818, 20829, 20839, 20851, 20864, 20877, 20891, 20901, 20911, 20921,
    20930, 20940, 20949, 20960, 20970, 20977, 20985, 20995, 21001, 21009, 21018, 21027, 21033,
    21041, 21051, 21059, 21069, 21082, 21090, 21101, 21110, 21125, 21137, 21147, 21156, 21166,
    21173, 21181, 21189, 21196, 21204, 21214, 21226, 21236, 21244, 21252, 21259, 21269, 21279,
    21288, 21299, 21307, 21317, 21326, 21338, 21354, 21370, 21388, 21401, 21418, 21437, 21447,
    21455, 21467, 21478, 21487, 21498, 21510, 21519, 21526, 21534, 21543, 21552, 21572, 21593,
    21601, 21609, 21617, 21626, 21634, 21642, 21651, 21658, 21666, 21672, 21681, 21690, 21699,
    21709, 21717, 21725, 21734, 21743, 21752, 21761, 21771, 21783, 21793, 21802, 21810, 21815,
    21821, 21829, 21838, 21849, 21864, 21881, 21899, 21908, 21915, 21923, 21933, 21947, 21957,
    21969, 21979, 21987, 21996, 22005, 22014, 22023, 22031, 22040, 22049, 22055, 22062, 22073,
    22081, 22089, 22098, 22107, 22117, 22130, 22141, 22155, 22164, 22172, 22185, 22193, 22202,
    22213, 22232, 22252, 22271, 22291, 22302, 22321, 22341, 22347, 22356, 22363, 22373, 22382,
    22392, 22400, 22406, 22414, 22423, 22435, 22447, 22456, 22465, 22474, 22483, 22496, 22509,
    22522, 22535, 22546, 22554, 22564, 22573, 22583, 22593, 22601, 22610, 22616, 22622, 22632,
    22641, 22649, 22658, 22666, 22675, 22683, 22692, 22701, 22706, 22715, 22724, 22732, 22740,
    22749, 22758, 22768, 22778, 22787, 22796, 22805, 22815, 22825, 22834, 22842, 22852, 22860,
    22869, 22876, 22884, 22890, 22895, 22901, 22909, 22916, 22925, 22934, 22941, 22947, 22954,
    22963, 22972, 22978, 22985, 22995, 23002, 23010, 23017, 23028, 23037, 23046, 23053, 23061,
};

const char img_html_names[] =
    "AEligÆAElig;ÆAMP&AMP;&AacuteÁAacute;ÁAbreve;ĂAcircÂAcirc;ÂAcy;АAfr;\U0001D504AgraveÀ"
    "Agrave;ÀAlpha;ΑAmacr;ĀAnd;⩓Aogon;ĄAopf;\U0001D538ApplyFunction;\u2061AringÅAring;Å"
    "Ascr;\U0001D49CAssign;≔AtildeÃAtilde;ÃAumlÄAuml;ÄBackslash;∖Barv;⫧Barwed;⌆Bcy;БBecause;∵"
    "Bernoullis;ℬBeta;ΒBfr;\U0001D505Bopf;\U0001D539Breve;˘Bscr;ℬBumpeq;≎CHcy;ЧCOPY©COPY;©"
    "Cacute;ĆCap;⋒CapitalDifferentialD;ⅅCayleys;ℭCcaron;ČCcedilÇCcedil;ÇCcirc;ĈCconint;∰Cdot;Ċ"
    "Cedilla;¸CenterDot;·Cfr;ℭChi;ΧCircleDot;⊙CircleMinus;⊖CirclePlus;⊕CircleTimes;⊗"
    "ClockwiseContourIntegral;∲CloseCurlyDoubleQuote;”CloseCurlyQuote;’Colon;∷Colone;⩴"
    "Congruent;≡Conint;∯ContourIntegral;∮Copf;ℂCoproduct;∐CounterClockwiseContourIntegral;∳"
    "Cross;⨯Cscr;\U0001D49ECup;⋓CupCap;≍DD;ⅅDDotrahd;⤑DJcy;ЂDScy;ЅDZcy;ЏDagger;‡Darr;↡Dashv;⫤"
    "Dcaron;ĎDcy;ДDel;∇Delta;ΔDfr;\U0001D507DiacriticalAcute;´DiacriticalDot;˙"
    "DiacriticalDoubleAcute;˝DiacriticalGrave;`DiacriticalTilde;˜Diamond;⋄DifferentialD;ⅆ"
    "Dopf;\U0001D53BDot;¨DotDot;\u20DCDotEqual;≐DoubleContourIntegral;∯DoubleDot;¨"
    "DoubleDownArrow;⇓DoubleLeftArrow;⇐DoubleLeftRightArrow;⇔DoubleLeftTee;⫤"
    "DoubleLongLeftArrow;⟸DoubleLongLeftRightArrow;⟺DoubleLongRightArrow;⟹DoubleRightArrow;⇒"
    "DoubleRightTee;⊨DoubleUpArrow;⇑DoubleUpDownArrow;⇕DoubleVerticalBar;∥DownArrow;↓"
    "DownArrowBar;⤓DownArrowUpArrow;⇵DownBreve;\u0311DownLeftRightVector;⥐DownLeftTeeVector;⥞"
    "DownLeftVector;↽DownLeftVectorBar;⥖DownRightTeeVector;⥟DownRightVector;⇁"
    "DownRightVectorBar;⥗DownTee;⊤DownTeeArrow;↧Downarrow;⇓Dscr;\U0001D49FDstrok;ĐENG;ŊETHÐETH;Ð"
    "EacuteÉEacute;ÉEcaron;ĚEcircÊEcirc;ÊEcy;ЭEdot;ĖEfr;\U0001D508EgraveÈEgrave;ÈElement;∈"
    "Emacr;ĒEmptySmallSquare;◻EmptyVerySmallSquare;▫Eogon;ĘEopf;\U0001D53CEpsilon;ΕEqual;⩵"
    "EqualTilde;≂Equilibrium;⇌Escr;ℰEsim;⩳Eta;ΗEumlËEuml;ËExists;∃ExponentialE;ⅇFcy;Ф"
    "Ffr;\U0001D509FilledSmallSquare;◼FilledVerySmallSquare;▪Fopf;\U0001D53DForAll;∀Fouriertrf;ℱ"
    "Fscr;ℱGJcy;ЃGT>GT;>Gamma;ΓGammad;ϜGbreve;ĞGcedil;ĢGcirc;ĜGcy;ГGdot;ĠGfr;\U0001D50AGg;⋙"
    "Gopf;\U0001D53EGreaterEqual;≥GreaterEqualLess;⋛GreaterFullEqual;≧GreaterGreater;⪢"
    "GreaterLess;≷GreaterSlantEqual;⩾GreaterTilde;≳Gscr;\U0001D4A2Gt;≫HARDcy;ЪHacek;ˇHat;^"
    "Hcirc;ĤHfr;ℌHilbertSpace;ℋHopf;ℍHorizontalLine;─Hscr;ℋHstrok;ĦHumpDownHump;≎HumpEqual;≏"
    "IEcy;ЕIJlig;ĲIOcy;ЁIacuteÍIacute;ÍIcircÎIcirc;ÎIcy;ИIdot;İIfr;ℑIgraveÌIgrave;ÌIm;ℑImacr;Ī"
    "ImaginaryI;ⅈImplies;⇒Int;∬Integral;∫Intersection;⋂InvisibleComma;\u2063"
    "InvisibleTimes;\u2062Iogon;ĮIopf;\U0001D540Iota;ΙIscr;ℐItilde;ĨIukcy;ІIumlÏIuml;ÏJcirc;Ĵ"
    "Jcy;ЙJfr;\U0001D50DJopf;\U0001D541Jscr;\U0001D4A5Jsercy;ЈJukcy;ЄKHcy;ХKJcy;ЌKappa;ΚKcedil;Ķ"
    "Kcy;КKfr;\U0001D50EKopf;\U0001D542Kscr;\U0001D4A6LJcy;ЉLT<LT;<Lacute;ĹLambda;ΛLang;⟪"
    "Laplacetrf;ℒLarr;↞Lcaron;ĽLcedil;ĻLcy;ЛLeftAngleBracket;⟨LeftArrow;←LeftArrowBar;⇤"
    "LeftArrowRightArrow;⇆LeftCeiling;⌈LeftDoubleBracket;⟦LeftDownTeeVector;⥡LeftDownVector;⇃"
    "LeftDownVectorBar;⥙LeftFloor;⌊LeftRightArrow;↔LeftRightVector;⥎LeftTee;⊣LeftTeeArrow;↤"
    "LeftTeeVector;⥚LeftTriangle;⊲LeftTriangleBar;⧏LeftTriangleEqual;⊴LeftUpDownVector;⥑"
    "LeftUpTeeVector;⥠LeftUpVector;↿LeftUpVectorBar;⥘LeftVector;↼LeftVectorBar;⥒Leftarrow;⇐"
    "Leftrightarrow;⇔LessEqualGreater;⋚LessFullEqual;≦LessGreater;≶LessLess;⪡LessSlantEqual;⩽"
    "LessTilde;≲Lfr;\U0001D50FLl;⋘Lleftarrow;⇚Lmidot;ĿLongLeftArrow;⟵LongLeftRightArrow;⟷"
    "LongRightArrow;⟶Longleftarrow;⟸Longleftrightarrow;⟺Longrightarrow;⟹Lopf;\U0001D543"
    "LowerLeftArrow;↙LowerRightArrow;↘Lscr;ℒLsh;↰Lstrok;ŁLt;≪Map;⤅Mcy;МMediumSpace;\u205F"
    "Mellintrf;ℳMfr;\U0001D510MinusPlus;∓Mopf;\U0001D544Mscr;ℳMu;ΜNJcy;ЊNacute;ŃNcaron;ŇNcedil;Ņ"
    "Ncy;НNegativeMediumSpace;\u200BNegativeThickSpace;\u200BNegativeThinSpace;\u200B"
    "NegativeVeryThinSpace;\u200BNestedGreaterGreater;≫NestedLessLess;≪NewLine;\nNfr;\U0001D511"
    "NoBreak;\u2060NonBreakingSpace;\u00A0Nopf;ℕNot;⫬NotCongruent;≢NotCupCap;≭"
    "NotDoubleVerticalBar;∦NotElement;∉NotEqual;≠NotEqualTilde;≂\u0338NotExists;∄NotGreater;≯"
    "NotGreaterEqual;≱NotGreaterFullEqual;≧\u0338NotGreaterGreater;≫\u0338NotGreaterLess;≹"
    "NotGreaterSlantEqual;⩾\u0338NotGreaterTilde;≵NotHumpDownHump;≎\u0338NotHumpEqual;≏\u0338"
    "NotLeftTriangle;⋪NotLeftTriangleBar;⧏\u0338NotLeftTriangleEqual;⋬NotLess;≮NotLessEqual;≰"
    "NotLessGreater;≸NotLessLess;≪\u0338NotLessSlantEqual;⩽\u0338NotLessTilde;≴"
    "NotNestedGreaterGreater;⪢\u0338NotNestedLessLess;⪡\u0338NotPrecedes;⊀"
    "NotPrecedesEqual;⪯\u0338NotPrecedesSlantEqual;⋠NotReverseElement;∌NotRightTriangle;⋫"
    "NotRightTriangleBar;⧐\u0338NotRightTriangleEqual;⋭NotSquareSubset;⊏\u0338"
    "NotSquareSubsetEqual;⋢NotSquareSuperset;⊐\u0338NotSquareSupersetEqual;⋣NotSubset;⊂\u20D2"
    "NotSubsetEqual;⊈NotSucceeds;⊁NotSucceedsEqual;⪰\u0338NotSucceedsSlantEqual;⋡"
    "NotSucceedsTilde;≿\u0338NotSuperset;⊃\u20D2NotSupersetEqual;⊉NotTilde;≁NotTildeEqual;≄"
    "NotTildeFullEqual;≇NotTildeTilde;≉NotVerticalBar;∤Nscr;\U0001D4A9NtildeÑNtilde;ÑNu;ΝOElig;Œ"
    "OacuteÓOacute;ÓOcircÔOcirc;ÔOcy;ОOdblac;ŐOfr;\U0001D512OgraveÒOgrave;ÒOmacr;ŌOmega;Ω"
    "Omicron;ΟOopf;\U0001D546OpenCurlyDoubleQuote;“OpenCurlyQuote;‘Or;⩔Oscr;\U0001D4AAOslashØ"
    "Oslash;ØOtildeÕOtilde;ÕOtimes;⨷OumlÖOuml;ÖOverBar;‾OverBrace;⏞OverBracket;⎴"
    "OverParenthesis;⏜PartialD;∂Pcy;ПPfr;\U0001D513Phi;ΦPi;ΠPlusMinus;±Poincareplane;ℌPopf;ℙPr;⪻"
    "Precedes;≺PrecedesEqual;⪯PrecedesSlantEqual;≼PrecedesTilde;≾Prime;″Product;∏Proportion;∷"
    "Proportional;∝Pscr;\U0001D4ABPsi;ΨQUOT\"QUOT;\"Qfr;\U0001D514Qopf;ℚQscr;\U0001D4ACRBarr;⤐"
    "REG®REG;®Racute;ŔRang;⟫Rarr;↠Rarrtl;⤖Rcaron;ŘRcedil;ŖRcy;РRe;ℜReverseElement;∋"
    "ReverseEquilibrium;⇋ReverseUpEquilibrium;⥯Rfr;ℜRho;ΡRightAngleBracket;⟩RightArrow;→"
    "RightArrowBar;⇥RightArrowLeftArrow;⇄RightCeiling;⌉RightDoubleBracket;⟧RightDownTeeVector;⥝"
    "RightDownVector;⇂RightDownVectorBar;⥕RightFloor;⌋RightTee;⊢RightTeeArrow;↦RightTeeVector;⥛"
    "RightTriangle;⊳RightTriangleBar;⧐RightTriangleEqual;⊵RightUpDownVector;⥏RightUpTeeVector;⥜"
    "RightUpVector;↾RightUpVectorBar;⥔RightVector;⇀RightVectorBar;⥓Rightarrow;⇒Ropf;ℝ"
    "RoundImplies;⥰Rrightarrow;⇛Rscr;ℛRsh;↱RuleDelayed;⧴SHCHcy;ЩSHcy;ШSOFTcy;ЬSacute;ŚSc;⪼"
    "Scaron;ŠScedil;ŞScirc;ŜScy;СSfr;\U0001D516ShortDownArrow;↓ShortLeftArrow;←ShortRightArrow;→"
    "ShortUpArrow;↑Sigma;ΣSmallCircle;∘Sopf;\U0001D54ASqrt;√Square;□SquareIntersection;⊓"
    "SquareSubset;⊏SquareSubsetEqual;⊑SquareSuperset;⊐SquareSupersetEqual;⊒SquareUnion;⊔"
    "Sscr;\U0001D4AEStar;⋆Sub;⋐Subset;⋐SubsetEqual;⊆Succeeds;≻SucceedsEqual;⪰"
    "SucceedsSlantEqual;≽SucceedsTilde;≿SuchThat;∋Sum;∑Sup;⋑Superset;⊃SupersetEqual;⊇Supset;⋑"
    "THORNÞTHORN;ÞTRADE;™TSHcy;ЋTScy;ЦTab;\tTau;ΤTcaron;ŤTcedil;ŢTcy;ТTfr;\U0001D517Therefore;∴"
    "Theta;ΘThickSpace;\u205F\u200AThinSpace;\u2009Tilde;∼TildeEqual;≃TildeFullEqual;≅"
    "TildeTilde;≈Topf;\U0001D54BTripleDot;\u20DBTscr;\U0001D4AFTstrok;ŦUacuteÚUacute;ÚUarr;↟"
    "Uarrocir;⥉Ubrcy;ЎUbreve;ŬUcircÛUcirc;ÛUcy;УUdblac;ŰUfr;\U0001D518UgraveÙUgrave;ÙUmacr;Ū"
    "UnderBar;_UnderBrace;⏟UnderBracket;⎵UnderParenthesis;⏝Union;⋃UnionPlus;⊎Uogon;Ų"
    "Uopf;\U0001D54CUpArrow;↑UpArrowBar;⤒UpArrowDownArrow;⇅UpDownArrow;↕UpEquilibrium;⥮UpTee;⊥"
    "UpTeeArrow;↥Uparrow;⇑Updownarrow;⇕UpperLeftArrow;↖UpperRightArrow;↗Upsi;ϒUpsilon;ΥUring;Ů"
    "Uscr;\U0001D4B0Utilde;ŨUumlÜUuml;ÜVDash;⊫Vbar;⫫Vcy;ВVdash;⊩Vdashl;⫦Vee;⋁Verbar;‖Vert;‖"
    "VerticalBar;∣VerticalLine;|VerticalSeparator;❘VerticalTilde;≀VeryThinSpace;\u200A"
    "Vfr;\U0001D519Vopf;\U0001D54DVscr;\U0001D4B1Vvdash;⊪Wcirc;ŴWedge;⋀Wfr;\U0001D51A"
    "Wopf;\U0001D54EWscr;\U0001D4B2Xfr;\U0001D51BXi;ΞXopf;\U0001D54FXscr;\U0001D4B3YAcy;ЯYIcy;Ї"
    "YUcy;ЮYacuteÝYacute;ÝYcirc;ŶYcy;ЫYfr;\U0001D51CYopf;\U0001D550Yscr;\U0001D4B4Yuml;ŸZHcy;Ж"
    "Zacute;ŹZcaron;ŽZcy;ЗZdot;ŻZeroWidthSpace;\u200BZeta;ΖZfr;ℨZopf;ℤZscr;\U0001D4B5aacuteá"
    "aacute;áabreve;ăac;∾acE;∾\u0333acd;∿acircâacirc;âacute´acute;´acy;аaeligæaelig;æaf;\u2061"
    "afr;\U0001D51Eagraveàagrave;àalefsym;ℵaleph;ℵalpha;αamacr;āamalg;⨿amp&amp;&and;∧andand;⩕"
    "andd;⩜andslope;⩘andv;⩚ang;∠ange;⦤angle;∠angmsd;∡angmsdaa;⦨angmsdab;⦩angmsdac;⦪angmsdad;⦫"
    "angmsdae;⦬angmsdaf;⦭angmsdag;⦮angmsdah;⦯angrt;∟angrtvb;⊾angrtvbd;⦝angsph;∢angst;Åangzarr;⍼"
    "aogon;ąaopf;\U0001D552ap;≈apE;⩰apacir;⩯ape;≊apid;≋apos;'approx;≈approxeq;≊aringåaring;å"
    "ascr;\U0001D4B6ast;*asymp;≈asympeq;≍atildeãatilde;ãaumläauml;äawconint;∳awint;⨑bNot;⫭"
    "backcong;≌backepsilon;϶backprime;‵backsim;∽backsimeq;⋍barvee;⊽barwed;⌅barwedge;⌅bbrk;⎵"
    "bbrktbrk;⎶bcong;≌bcy;бbdquo;„becaus;∵because;∵bemptyv;⦰bepsi;϶bernou;ℬbeta;βbeth;ℶbetween;≬"
    "bfr;\U0001D51Fbigcap;⋂bigcirc;◯bigcup;⋃bigodot;⨀bigoplus;⨁bigotimes;⨂bigsqcup;⨆bigstar;★"
    "bigtriangledown;▽bigtriangleup;△biguplus;⨄bigvee;⋁bigwedge;⋀bkarow;⤍blacklozenge;⧫"
    "blacksquare;▪blacktriangle;▴blacktriangledown;▾blacktriangleleft;◂blacktriangleright;▸"
    "blank;␣blk12;▒blk14;░blk34;▓block;█bne;=\u20E5bnequiv;≡\u20E5bnot;⌐bopf;\U0001D553bot;⊥"
    "bottom;⊥bowtie;⋈boxDL;╗boxDR;╔boxDl;╖boxDr;╓boxH;═boxHD;╦boxHU;╩boxHd;╤boxHu;╧boxUL;╝"
    "boxUR;╚boxUl;╜boxUr;╙boxV;║boxVH;╬boxVL;╣boxVR;╠boxVh;╫boxVl;╢boxVr;╟boxbox;⧉boxdL;╕boxdR;╒"
    "boxdl;┐boxdr;┌boxh;─boxhD;╥boxhU;╨boxhd;┬boxhu;┴boxminus;⊟boxplus;⊞boxtimes;⊠boxuL;╛boxuR;╘"
    "boxul;┘boxur;└boxv;│boxvH;╪boxvL;╡boxvR;╞boxvh;┼boxvl;┤boxvr;├bprime;‵breve;˘brvbar¦"
    "brvbar;¦bscr;\U0001D4B7bsemi;⁏bsim;∽bsime;⋍bsol;\\bsolb;⧅bsolhsub;⟈bull;•bullet;•bump;≎"
    "bumpE;⪮bumpe;≏bumpeq;≏cacute;ćcap;∩capand;⩄capbrcup;⩉capcap;⩋capcup;⩇capdot;⩀caps;∩\uFE00"
    "caret;⁁caron;ˇccaps;⩍ccaron;čccedilçccedil;çccirc;ĉccups;⩌ccupssm;⩐cdot;ċcedil¸cedil;¸"
    "cemptyv;⦲cent¢cent;¢centerdot;·cfr;\U0001D520chcy;чcheck;✓checkmark;✓chi;χcir;○cirE;⧃circ;ˆ"
    "circeq;≗circlearrowleft;↺circlearrowright;↻circledR;®circledS;Ⓢcircledast;⊛circledcirc;⊚"
    "circleddash;⊝cire;≗cirfnint;⨐cirmid;⫯cirscir;⧂clubs;♣clubsuit;♣colon;:colone;≔coloneq;≔"
    "comma;,commat;@comp;∁compfn;∘complement;∁complexes;ℂcong;≅congdot;⩭conint;∮copf;\U0001D554"
    "coprod;∐copy©copy;©copysr;℗crarr;↵cross;✗cscr;\U0001D4B8csub;⫏csube;⫑csup;⫐csupe;⫒ctdot;⋯"
    "cudarrl;⤸cudarrr;⤵cuepr;⋞cuesc;⋟cularr;↶cularrp;⤽cup;∪cupbrcap;⩈cupcap;⩆cupcup;⩊cupdot;⊍"
    "cupor;⩅cups;∪\uFE00curarr;↷curarrm;⤼curlyeqprec;⋞curlyeqsucc;⋟curlyvee;⋎curlywedge;⋏curren¤"
    "curren;¤curvearrowleft;↶curvearrowright;↷cuvee;⋎cuwed;⋏cwconint;∲cwint;∱cylcty;⌭dArr;⇓"
    "dHar;⥥dagger;†daleth;ℸdarr;↓dash;‐dashv;⊣dbkarow;⤏dblac;˝dcaron;ďdcy;дdd;ⅆddagger;‡ddarr;⇊"
    "ddotseq;⩷deg°deg;°delta;δdemptyv;⦱dfisht;⥿dfr;\U0001D521dharl;⇃dharr;⇂diam;⋄diamond;⋄"
    "diamondsuit;♦diams;♦die;¨digamma;ϝdisin;⋲div;÷divide÷divide;÷divideontimes;⋇divonx;⋇djcy;ђ"
    "dlcorn;⌞dlcrop;⌍dollar;$dopf;\U0001D555dot;˙doteq;≐doteqdot;≑dotminus;∸dotplus;∔dotsquare;⊡"
    "doublebarwedge;⌆downarrow;↓downdownarrows;⇊downharpoonleft;⇃downharpoonright;⇂drbkarow;⤐"
    "drcorn;⌟drcrop;⌌dscr;\U0001D4B9dscy;ѕdsol;⧶dstrok;đdtdot;⋱dtri;▿dtrif;▾duarr;⇵duhar;⥯"
    "dwangle;⦦dzcy;џdzigrarr;⟿eDDot;⩷eDot;≑eacuteéeacute;éeaster;⩮ecaron;ěecir;≖ecircêecirc;ê"
    "ecolon;≕ecy;эedot;ėee;ⅇefDot;≒efr;\U0001D522eg;⪚egraveèegrave;èegs;⪖egsdot;⪘el;⪙elinters;⏧"
    "ell;ℓels;⪕elsdot;⪗emacr;ēempty;∅emptyset;∅emptyv;∅emsp13;\u2004emsp14;\u2005emsp;\u2003"
    "eng;ŋensp;\u2002eogon;ęeopf;\U0001D556epar;⋕eparsl;⧣eplus;⩱epsi;εepsilon;εepsiv;ϵeqcirc;≖"
    "eqcolon;≕eqsim;≂eqslantgtr;⪖eqslantless;⪕equals;=equest;≟equiv;≡equivDD;⩸eqvparsl;⧥erDot;≓"
    "erarr;⥱escr;ℯesdot;≐esim;≂eta;ηethðeth;ðeumlëeuml;ëeuro;€excl;!exist;∃expectation;ℰ"
    "exponentiale;ⅇfallingdotseq;≒fcy;фfemale;♀ffilig;ﬃfflig;ﬀffllig;ﬄffr;\U0001D523filig;ﬁ"
    "fjlig;fjflat;♭fllig;ﬂfltns;▱fnof;ƒfopf;\U0001D557forall;∀fork;⋔forkv;⫙fpartint;⨍frac12½"
    "frac12;½frac13;⅓frac14¼frac14;¼frac15;⅕frac16;⅙frac18;⅛frac23;⅔frac25;⅖frac34¾frac34;¾"
    "frac35;⅗frac38;⅜frac45;⅘frac56;⅚frac58;⅝frac78;⅞frasl;⁄frown;⌢fscr;\U0001D4BBgE;≧gEl;⪌"
    "gacute;ǵgamma;γgammad;ϝgap;⪆gbreve;ğgcirc;ĝgcy;гgdot;ġge;≥gel;⋛geq;≥geqq;≧geqslant;⩾ges;⩾"
    "gescc;⪩gesdot;⪀gesdoto;⪂gesdotol;⪄gesl;⋛\uFE00gesles;⪔gfr;\U0001D524gg;≫ggg;⋙gimel;ℷgjcy;ѓ"
    "gl;≷glE;⪒gla;⪥glj;⪤gnE;≩gnap;⪊gnapprox;⪊gne;⪈gneq;⪈gneqq;≩gnsim;⋧gopf;\U0001D558grave;`"
    "gscr;ℊgsim;≳gsime;⪎gsiml;⪐gt>gt;>gtcc;⪧gtcir;⩺gtdot;⋗gtlPar;⦕gtquest;⩼gtrapprox;⪆gtrarr;⥸"
    "gtrdot;⋗gtreqless;⋛gtreqqless;⪌gtrless;≷gtrsim;≳gvertneqq;≩\uFE00gvnE;≩\uFE00hArr;⇔"
    "hairsp;\u200Ahalf;½hamilt;ℋhardcy;ъharr;↔harrcir;⥈harrw;↭hbar;ℏhcirc;ĥhearts;♥heartsuit;♥"
    "hellip;…hercon;⊹hfr;\U0001D525hksearow;⤥hkswarow;⤦hoarr;⇿homtht;∻hookleftarrow;↩"
    "hookrightarrow;↪hopf;\U0001D559horbar;―hscr;\U0001D4BDhslash;ℏhstrok;ħhybull;⁃hyphen;‐"
    "iacuteíiacute;íic;\u2063icircîicirc;îicy;иiecy;еiexcl¡iexcl;¡iff;⇔ifr;\U0001D526igraveì"
    "igrave;ìii;ⅈiiiint;⨌iiint;∭iinfin;⧜iiota;℩ijlig;ĳimacr;īimage;ℑimagline;ℐimagpart;ℑimath;ı"
    "imof;⊷imped;Ƶin;∈incare;℅infin;∞infintie;⧝inodot;ıint;∫intcal;⊺integers;ℤintercal;⊺"
    "intlarhk;⨗intprod;⨼iocy;ёiogon;įiopf;\U0001D55Aiota;ιiprod;⨼iquest¿iquest;¿iscr;\U0001D4BE"
    "isin;∈isinE;⋹isindot;⋵isins;⋴isinsv;⋳isinv;∈it;\u2062itilde;ĩiukcy;іiumlïiuml;ïjcirc;ĵjcy;й"
    "jfr;\U0001D527jmath;ȷjopf;\U0001D55Bjscr;\U0001D4BFjsercy;јjukcy;єkappa;κkappav;ϰkcedil;ķ"
    "kcy;кkfr;\U0001D528kgreen;ĸkhcy;хkjcy;ќkopf;\U0001D55Ckscr;\U0001D4C0lAarr;⇚lArr;⇐lAtail;⤛"
    "lBarr;⤎lE;≦lEg;⪋lHar;⥢lacute;ĺlaemptyv;⦴lagran;ℒlambda;λlang;⟨langd;⦑langle;⟨lap;⪅laquo«"
    "laquo;«larr;←larrb;⇤larrbfs;⤟larrfs;⤝larrhk;↩larrlp;↫larrpl;⤹larrsim;⥳larrtl;↢lat;⪫latail;⤙"
    "late;⪭lates;⪭\uFE00lbarr;⤌lbbrk;❲lbrace;{lbrack;[lbrke;⦋lbrksld;⦏lbrkslu;⦍lcaron;ľlcedil;ļ"
    "lceil;⌈lcub;{lcy;лldca;⤶ldquo;“ldquor;„ldrdhar;⥧ldrushar;⥋ldsh;↲le;≤leftarrow;←"
    "leftarrowtail;↢leftharpoondown;↽leftharpoonup;↼leftleftarrows;⇇leftrightarrow;↔"
    "leftrightarrows;⇆leftrightharpoons;⇋leftrightsquigarrow;↭leftthreetimes;⋋leg;⋚leq;≤leqq;≦"
    "leqslant;⩽les;⩽lescc;⪨lesdot;⩿lesdoto;⪁lesdotor;⪃lesg;⋚\uFE00lesges;⪓lessapprox;⪅lessdot;⋖"
    "lesseqgtr;⋚lesseqqgtr;⪋lessgtr;≶lesssim;≲lfisht;⥼lfloor;⌊lfr;\U0001D529lg;≶lgE;⪑lhard;↽"
    "lharu;↼lharul;⥪lhblk;▄ljcy;љll;≪llarr;⇇llcorner;⌞llhard;⥫lltri;◺lmidot;ŀlmoust;⎰"
    "lmoustache;⎰lnE;≨lnap;⪉lnapprox;⪉lne;⪇lneq;⪇lneqq;≨lnsim;⋦loang;⟬loarr;⇽lobrk;⟦"
    "longleftarrow;⟵longleftrightarrow;⟷longmapsto;⟼longrightarrow;⟶looparrowleft;↫"
    "looparrowright;↬lopar;⦅lopf;\U0001D55Dloplus;⨭lotimes;⨴lowast;∗lowbar;_loz;◊lozenge;◊lozf;⧫"
    "lpar;(lparlt;⦓lrarr;⇆lrcorner;⌟lrhar;⇋lrhard;⥭lrm;\u200Elrtri;⊿lsaquo;‹lscr;\U0001D4C1lsh;↰"
    "lsim;≲lsime;⪍lsimg;⪏lsqb;[lsquo;‘lsquor;‚lstrok;łlt<lt;<ltcc;⪦ltcir;⩹ltdot;⋖lthree;⋋"
    "ltimes;⋉ltlarr;⥶ltquest;⩻ltrPar;⦖ltri;◃ltrie;⊴ltrif;◂lurdshar;⥊luruhar;⥦lvertneqq;≨\uFE00"
    "lvnE;≨\uFE00mDDot;∺macr¯macr;¯male;♂malt;✠maltese;✠map;↦mapsto;↦mapstodown;↧mapstoleft;↤"
    "mapstoup;↥marker;▮mcomma;⨩mcy;мmdash;—measuredangle;∡mfr;\U0001D52Amho;℧microµmicro;µmid;∣"
    "midast;*midcir;⫰middot·middot;·minus;−minusb;⊟minusd;∸minusdu;⨪mlcp;⫛mldr;…mnplus;∓models;⊧"
    "mopf;\U0001D55Emp;∓mscr;\U0001D4C2mstpos;∾mu;μmultimap;⊸mumap;⊸nGg;⋙\u0338nGt;≫\u20D2"
    "nGtv;≫\u0338nLeftarrow;⇍nLeftrightarrow;⇎nLl;⋘\u0338nLt;≪\u20D2nLtv;≪\u0338nRightarrow;⇏"
    "nVDash;⊯nVdash;⊮nabla;∇nacute;ńnang;∠\u20D2nap;≉napE;⩰\u0338napid;≋\u0338napos;ŉnapprox;≉"
    "natur;♮natural;♮naturals;ℕnbsp\u00A0nbsp;\u00A0nbump;≎\u0338nbumpe;≏\u0338ncap;⩃ncaron;ň"
    "ncedil;ņncong;≇ncongdot;⩭\u0338ncup;⩂ncy;нndash;–ne;≠neArr;⇗nearhk;⤤nearr;↗nearrow;↗"
    "nedot;≐\u0338nequiv;≢nesear;⤨nesim;≂\u0338nexist;∄nexists;∄nfr;\U0001D52BngE;≧\u0338nge;≱"
    "ngeq;≱ngeqq;≧\u0338ngeqslant;⩾\u0338nges;⩾\u0338ngsim;≵ngt;≯ngtr;≯nhArr;⇎nharr;↮nhpar;⫲ni;∋"
    "nis;⋼nisd;⋺niv;∋njcy;њnlArr;⇍nlE;≦\u0338nlarr;↚nldr;‥nle;≰nleftarrow;↚nleftrightarrow;↮"
    "nleq;≰nleqq;≦\u0338nleqslant;⩽\u0338nles;⩽\u0338nless;≮nlsim;≴nlt;≮nltri;⋪nltrie;⋬nmid;∤"
    "nopf;\U0001D55Fnot¬not;¬notin;∉notinE;⋹\u0338notindot;⋵\u0338notinva;∉notinvb;⋷notinvc;⋶"
    "notni;∌notniva;∌notnivb;⋾notnivc;⋽npar;∦nparallel;∦nparsl;⫽\u20E5npart;∂\u0338npolint;⨔"
    "npr;⊀nprcue;⋠npre;⪯\u0338nprec;⊀npreceq;⪯\u0338nrArr;⇏nrarr;↛nrarrc;⤳\u0338nrarrw;↝\u0338"
    "nrightarrow;↛nrtri;⋫nrtrie;⋭nsc;⊁nsccue;⋡nsce;⪰\u0338nscr;\U0001D4C3nshortmid;∤"
    "nshortparallel;∦nsim;≁nsime;≄nsimeq;≄nsmid;∤nspar;∦nsqsube;⋢nsqsupe;⋣nsub;⊄nsubE;⫅\u0338"
    "nsube;⊈nsubset;⊂\u20D2nsubseteq;⊈nsubseteqq;⫅\u0338nsucc;⊁nsucceq;⪰\u0338nsup;⊅"
    "nsupE;⫆\u0338nsupe;⊉nsupset;⊃\u20D2nsupseteq;⊉nsupseteqq;⫆\u0338ntgl;≹ntildeñntilde;ñntlg;≸"
    "ntriangleleft;⋪ntrianglelefteq;⋬ntriangleright;⋫ntrianglerighteq;⋭nu;νnum;#numero;№"
    "numsp;\u2007nvDash;⊭nvHarr;⤄nvap;≍\u20D2nvdash;⊬nvge;≥\u20D2nvgt;>\u20D2nvinfin;⧞nvlArr;⤂"
    "nvle;≤\u20D2nvlt;<\u20D2nvltrie;⊴\u20D2nvrArr;⤃nvrtrie;⊵\u20D2nvsim;∼\u20D2nwArr;⇖nwarhk;⤣"
    "nwarr;↖nwarrow;↖nwnear;⤧oS;Ⓢoacuteóoacute;óoast;⊛ocir;⊚ocircôocirc;ôocy;оodash;⊝odblac;ő"
    "odiv;⨸odot;⊙odsold;⦼oelig;œofcir;⦿ofr;\U0001D52Cogon;˛ograveòograve;òogt;⧁ohbar;⦵ohm;Ω"
    "oint;∮olarr;↺olcir;⦾olcross;⦻oline;‾olt;⧀omacr;ōomega;ωomicron;οomid;⦶ominus;⊖"
    "oopf;\U0001D560opar;⦷operp;⦹oplus;⊕or;∨orarr;↻ord;⩝order;ℴorderof;ℴordfªordf;ªordmºordm;º"
    "origof;⊶oror;⩖orslope;⩗orv;⩛oscr;ℴoslashøoslash;øosol;⊘otildeõotilde;õotimes;⊗otimesas;⨶"
    "oumlöouml;öovbar;⌽par;∥para¶para;¶parallel;∥parsim;⫳parsl;⫽part;∂pcy;пpercnt;%period;."
    "permil;‰perp;⊥pertenk;‱pfr;\U0001D52Dphi;φphiv;ϕphmmat;ℳphone;☎pi;πpitchfork;⋔piv;ϖplanck;ℏ"
    "planckh;ℎplankv;ℏplus;+plusacir;⨣plusb;⊞pluscir;⨢plusdo;∔plusdu;⨥pluse;⩲plusmn±plusmn;±"
    "plussim;⨦plustwo;⨧pm;±pointint;⨕popf;\U0001D561pound£pound;£pr;≺prE;⪳prap;⪷prcue;≼pre;⪯"
    "prec;≺precapprox;⪷preccurlyeq;≼preceq;⪯precnapprox;⪹precneqq;⪵precnsim;⋨precsim;≾prime;′"
    "primes;ℙprnE;⪵prnap;⪹prnsim;⋨prod;∏profalar;⌮profline;⌒profsurf;⌓prop;∝propto;∝prsim;≾"
    "prurel;⊰pscr;\U0001D4C5psi;ψpuncsp;\u2008qfr;\U0001D52Eqint;⨌qopf;\U0001D562qprime;⁗"
    "qscr;\U0001D4C6quaternions;ℍquatint;⨖quest;?questeq;≟quot\"quot;\"rAarr;⇛rArr;⇒rAtail;⤜"
    "rBarr;⤏rHar;⥤race;∽\u0331racute;ŕradic;√raemptyv;⦳rang;⟩rangd;⦒range;⦥rangle;⟩raquo»raquo;»"
    "rarr;→rarrap;⥵rarrb;⇥rarrbfs;⤠rarrc;⤳rarrfs;⤞rarrhk;↪rarrlp;↬rarrpl;⥅rarrsim;⥴rarrtl;↣"
    "rarrw;↝ratail;⤚ratio;∶rationals;ℚrbarr;⤍rbbrk;❳rbrace;}rbrack;]rbrke;⦌rbrksld;⦎rbrkslu;⦐"
    "rcaron;řrcedil;ŗrceil;⌉rcub;}rcy;рrdca;⤷rdldhar;⥩rdquo;”rdquor;”rdsh;↳real;ℜrealine;ℛ"
    "realpart;ℜreals;ℝrect;▭reg®reg;®rfisht;⥽rfloor;⌋rfr;\U0001D52Frhard;⇁rharu;⇀rharul;⥬rho;ρ"
    "rhov;ϱrightarrow;→rightarrowtail;↣rightharpoondown;⇁rightharpoonup;⇀rightleftarrows;⇄"
    "rightleftharpoons;⇌rightrightarrows;⇉rightsquigarrow;↝rightthreetimes;⋌ring;˚risingdotseq;≓"
    "rlarr;⇄rlhar;⇌rlm;\u200Frmoust;⎱rmoustache;⎱rnmid;⫮roang;⟭roarr;⇾robrk;⟧ropar;⦆"
    "ropf;\U0001D563roplus;⨮rotimes;⨵rpar;)rpargt;⦔rppolint;⨒rrarr;⇉rsaquo;›rscr;\U0001D4C7rsh;↱"
    "rsqb;]rsquo;’rsquor;’rthree;⋌rtimes;⋊rtri;▹rtrie;⊵rtrif;▸rtriltri;⧎ruluhar;⥨rx;℞sacute;ś"
    "sbquo;‚sc;≻scE;⪴scap;⪸scaron;šsccue;≽sce;⪰scedil;şscirc;ŝscnE;⪶scnap;⪺scnsim;⋩scpolint;⨓"
    "scsim;≿scy;сsdot;⋅sdotb;⊡sdote;⩦seArr;⇘searhk;⤥searr;↘searrow;↘sect§sect;§semi;;seswar;⤩"
    "setminus;∖setmn;∖sext;✶sfr;\U0001D530sfrown;⌢sharp;♯shchcy;щshcy;шshortmid;∣shortparallel;∥"
    "shy\u00ADshy;\u00ADsigma;σsigmaf;ςsigmav;ςsim;∼simdot;⩪sime;≃simeq;≃simg;⪞simgE;⪠siml;⪝"
    "simlE;⪟simne;≆simplus;⨤simrarr;⥲slarr;←smallsetminus;∖smashp;⨳smeparsl;⧤smid;∣smile;⌣smt;⪪"
    "smte;⪬smtes;⪬\uFE00softcy;ьsol;/solb;⧄solbar;⌿sopf;\U0001D564spades;♠spadesuit;♠spar;∥"
    "sqcap;⊓sqcaps;⊓\uFE00sqcup;⊔sqcups;⊔\uFE00sqsub;⊏sqsube;⊑sqsubset;⊏sqsubseteq;⊑sqsup;⊐"
    "sqsupe;⊒sqsupset;⊐sqsupseteq;⊒squ;□square;□squarf;▪squf;▪srarr;→sscr;\U0001D4C8ssetmn;∖"
    "ssmile;⌣sstarf;⋆star;☆starf;★straightepsilon;ϵstraightphi;ϕstrns;¯sub;⊂subE;⫅subdot;⪽sube;⊆"
    "subedot;⫃submult;⫁subnE;⫋subne;⊊subplus;⪿subrarr;⥹subset;⊂subseteq;⊆subseteqq;⫅subsetneq;⊊"
    "subsetneqq;⫋subsim;⫇subsub;⫕subsup;⫓succ;≻succapprox;⪸succcurlyeq;≽succeq;⪰succnapprox;⪺"
    "succneqq;⪶succnsim;⋩succsim;≿sum;∑sung;♪sup1¹sup1;¹sup2²sup2;²sup3³sup3;³sup;⊃supE;⫆"
    "supdot;⪾supdsub;⫘supe;⊇supedot;⫄suphsol;⟉suphsub;⫗suplarr;⥻supmult;⫂supnE;⫌supne;⊋supplus;⫀"
    "supset;⊃supseteq;⊇supseteqq;⫆supsetneq;⊋supsetneqq;⫌supsim;⫈supsub;⫔supsup;⫖swArr;⇙swarhk;⤦"
    "swarr;↙swarrow;↙swnwar;⤪szligßszlig;ßtarget;⌖tau;τtbrk;⎴tcaron;ťtcedil;ţtcy;тtdot;\u20DB"
    "telrec;⌕tfr;\U0001D531there4;∴therefore;∴theta;θthetasym;ϑthetav;ϑthickapprox;≈thicksim;∼"
    "thinsp;\u2009thkap;≈thksim;∼thornþthorn;þtilde;˜times×times;×timesb;⊠timesbar;⨱timesd;⨰"
    "tint;∭toea;⤨top;⊤topbot;⌶topcir;⫱topf;\U0001D565topfork;⫚tosa;⤩tprime;‴trade;™triangle;▵"
    "triangledown;▿triangleleft;◃trianglelefteq;⊴triangleq;≜triangleright;▹trianglerighteq;⊵"
    "tridot;◬trie;≜triminus;⨺triplus;⨹trisb;⧍tritime;⨻trpezium;⏢tscr;\U0001D4C9tscy;цtshcy;ћ"
    "tstrok;ŧtwixt;≬twoheadleftarrow;↞twoheadrightarrow;↠uArr;⇑uHar;⥣uacuteúuacute;úuarr;↑"
    "ubrcy;ўubreve;ŭucircûucirc;ûucy;уudarr;⇅udblac;űudhar;⥮ufisht;⥾ufr;\U0001D532ugraveù"
    "ugrave;ùuharl;↿uharr;↾uhblk;▀ulcorn;⌜ulcorner;⌜ulcrop;⌏ultri;◸umacr;ūuml¨uml;¨uogon;ų"
    "uopf;\U0001D566uparrow;↑updownarrow;↕upharpoonleft;↿upharpoonright;↾uplus;⊎upsi;υupsih;ϒ"
    "upsilon;υupuparrows;⇈urcorn;⌝urcorner;⌝urcrop;⌎uring;ůurtri;◹uscr;\U0001D4CAutdot;⋰utilde;ũ"
    "utri;▵utrif;▴uuarr;⇈uumlüuuml;üuwangle;⦧vArr;⇕vBar;⫨vBarv;⫩vDash;⊨vangrt;⦜varepsilon;ϵ"
    "varkappa;ϰvarnothing;∅varphi;ϕvarpi;ϖvarpropto;∝varr;↕varrho;ϱvarsigma;ς"
    "varsubsetneq;⊊\uFE00varsubsetneqq;⫋\uFE00varsupsetneq;⊋\uFE00varsupsetneqq;⫌\uFE00"
    "vartheta;ϑvartriangleleft;⊲vartriangleright;⊳vcy;вvdash;⊢vee;∨veebar;⊻veeeq;≚vellip;⋮"
    "verbar;|vert;|vfr;\U0001D533vltri;⊲vnsub;⊂\u20D2vnsup;⊃\u20D2vopf;\U0001D567vprop;∝vrtri;⊳"
    "vscr;\U0001D4CBvsubnE;⫋\uFE00vsubne;⊊\uFE00vsupnE;⫌\uFE00vsupne;⊋\uFE00vzigzag;⦚wcirc;ŵ"
    "wedbar;⩟wedge;∧wedgeq;≙weierp;℘wfr;\U0001D534wopf;\U0001D568wp;℘wr;≀wreath;≀wscr;\U0001D4CC"
    "xcap;⋂xcirc;◯xcup;⋃xdtri;▽xfr;\U0001D535xhArr;⟺xharr;⟷xi;ξxlArr;⟸xlarr;⟵xmap;⟼xnis;⋻xodot;⨀"
    "xopf;\U0001D569xoplus;⨁xotime;⨂xrArr;⟹xrarr;⟶xscr;\U0001D4CDxsqcup;⨆xuplus;⨄xutri;△xvee;⋁"
    "xwedge;⋀yacuteýyacute;ýyacy;яycirc;ŷycy;ыyen¥yen;¥yfr;\U0001D536yicy;їyopf;\U0001D56A"
    "yscr;\U0001D4CEyucy;юyumlÿyuml;ÿzacute;źzcaron;žzcy;зzdot;żzeetrf;ℨzeta;ζzfr;\U0001D537"
    "zhcy;жzigrarr;⇝zopf;\U0001D56Bzscr;\U0001D4CFzwj;\u200Dzwnj;\u200C";
