"""Where the released code departs from the paper (docs/paper.md), and what each term does.

Rows with a number set one departure back to what the released code does; `as_released` sets all.
Departure 7 is of VGG-16's input: here Fast-SCNN lends the features, to the same effect.
"""

_base_ = ['../scl_lle/scl-lle_fast-scnn_exposures-320x320_2k.py', '../_base_/ablation_by_pairs.py']
objective = 'model.objective'
departures = dict(
    departure_1_no_gradient_through_segmentor={f'{objective}.detach_before_segmentor': True},
    departure_2_segmentor_in_train_mode={f'{objective}.segmentor.train_mode': True},
    departure_3_brightness_of_the_class_by_area={
        f'{objective}.semantic_brightness.reference_form': True,
        f'{objective}.semantic_brightness.mix_batch': True,
    },
    departure_4_hinge_on_the_batch={
        f'{objective}.contrastive_brightness.reference_form': True,
        f'{objective}.contrastive_gram.reference_form': True,
    },
    departure_5_root_without_gradient_at_grey={f'{objective}.color_constancy.reference_form': True},
    departure_6_labels_of_ground_truth_only={f'{objective}.pseudo_labels': False},
    departure_7_features_of_raw_values={f'{objective}.feature_extractor.normalize': False},
)
ablation = dict(
    rows=dict(
        **departures,
        as_released={
            key: value for overrides in departures.values() for key, value in overrides.items()
        },
        no_contrastive_brightness={f'{objective}.contrastive_brightness': None},
        no_contrastive_gram={f'{objective}.contrastive_gram': None},
        no_semantic_brightness={f'{objective}.semantic_brightness': None},
        no_semantic_cross_entropy={f'{objective}.semantic_cross_entropy': None},
        no_feature_retention={f'{objective}.feature_retention': None},
        no_color_constancy={f'{objective}.color_constancy': None},
        no_illumination_smoothness={f'{objective}.illumination_smoothness': None},
    ),
)
